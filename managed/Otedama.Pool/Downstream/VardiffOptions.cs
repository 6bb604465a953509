namespace Otedama.Pool;

/// <summary>How the difficulty of a connection follows its speed.</summary>
public sealed record VardiffOptions
{
    /// <summary>Wanted time between two shares of a connection: 5 s for farms, 10 s at home.</summary>
    public double TargetSeconds { get; init; } = 5;

    /// <summary>Difficulty of a connection nothing is known about; 0 = what suits the algorithm.</summary>
    public double Start { get; init; }

    /// <summary>Never below; also the smallest that can be written with 9 decimals.</summary>
    public double Min { get; init; } = 1e-9;

    /// <summary>Never above; the network's difficulty limits as well.</summary>
    public double Max { get; init; } = 1e15;

    /// <summary>False keeps every connection at its start difficulty.</summary>
    public bool Enabled { get; init; } = true;

    public void Check()
    {
        PoolOptions.Require(TargetSeconds is >= 0.1 and <= 600, $"vardiff target is {TargetSeconds} s; 0.1 to 600 is allowed");
        PoolOptions.Require(Min is >= 1e-9 and <= 1e18, $"vardiff minimum is {Min}; 1e-9 to 1e18 is allowed");
        PoolOptions.Require(Max >= Min && Max <= 1e18, $"vardiff maximum is {Max}; it has to be between the minimum {Min} and 1e18");
        PoolOptions.Require(Start >= 0 && double.IsFinite(Start), $"start difficulty is {Start}; it has to be above 0, or 0 for the algorithm's own");
    }
}
