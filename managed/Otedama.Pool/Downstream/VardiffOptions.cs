using Otedama.Core;

namespace Otedama.Pool;

/// <summary>How the difficulty of a connection follows its speed.</summary>
public sealed record VardiffOptions
{
    /// <summary>Wanted time between two shares of a connection: 5 s for farms, 10 s at home.</summary>
    public double TargetSeconds { get; init; } = 5;

    /// <summary>What the operator gave for new connections: it wins over the user agent's word, as it is. 0 = not given.</summary>
    public double Start { get; init; }

    /// <summary>For connections whose user agent says nothing; 0 = what suits the algorithm.</summary>
    public double Usual { get; init; }

    /// <summary>Above 0: every connection has exactly this difficulty for good, whatever it asks for.</summary>
    public double Fixed { get; init; }

    /// <summary>No share is easier; 0 = what suits the algorithm. A start or fixed difficulty below that takes its place.</summary>
    public double Min { get; init; }

    /// <summary>Never above; the network's difficulty limits as well.</summary>
    public double Max { get; init; } = 1e15;

    /// <summary>False keeps every connection at its start difficulty.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The easiest difficulty any session of this coin may have.</summary>
    public double MinFor(CoinSpec coin)
    {
        double given = Fixed > 0 ? Fixed : Start;
        double usual = StartDifficulty.MinFor(coin);
        return Min > 0 ? Min : given > 0 ? Math.Min(given, usual) : usual;
    }

    public void Check()
    {
        PoolOptions.Require(TargetSeconds is >= 0.1 and <= 600, $"vardiff target is {TargetSeconds} s; 0.1 to 600 is allowed");
        PoolOptions.Require(Min is 0 or (>= 1e-9 and <= 1e18), $"pool.difficulty_min is {Min}; 1e-9 to 1e18 is allowed, or 0 for the algorithm's own");
        PoolOptions.Require(Max >= Min && Max <= 1e18, $"vardiff maximum is {Max}; it has to be between the minimum {Min} and 1e18");
        PoolOptions.Require(
            Start is 0 or >= 1e-9 && double.IsFinite(Start),
            $"pool.difficulty is {Start}; 1e-9 or more is allowed, or 0 for the algorithm's own");
        PoolOptions.Require(
            Fixed is 0 or >= 1e-9 && double.IsFinite(Fixed),
            $"pool.difficulty_fixed is {Fixed}; 1e-9 or more is allowed, or 0 for difficulties that follow the miner");
        PoolOptions.Require(
            Start == 0 || Start >= Min, $"pool.difficulty is {Start}, easier than pool.difficulty_min {Min}; raise the one or lower the other");
        PoolOptions.Require(
            Fixed == 0 || Fixed >= Min, $"pool.difficulty_fixed is {Fixed}, easier than pool.difficulty_min {Min}; raise the one or lower the other");
    }
}
