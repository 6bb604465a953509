using Otedama.Core;

namespace Otedama.Mining;

public sealed record StratumClientOptions
{
    /// <summary>In order of preference.</summary>
    public required IReadOnlyList<PoolEndpoint> Pools { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>Parameters where Algorithm is Equihash; null = ZelHash.</summary>
    public EquihashRule? Equihash { get; init; }

    public string UserAgent { get; init; } = "otedama/0.1";

    /// <summary>Asked at every handshake; 0 = suggest nothing.</summary>
    public Func<double> SuggestDifficulty { get; init; } = static () => 0;

    /// <summary>Hosts client.reconnect may send us to besides a pool's own.</summary>
    public IReadOnlyList<string> RedirectHosts { get; init; } = [];

    public StratumTimings Timings { get; init; } = new();

    /// <summary>Seed of the back-off jitter; rigs started together should differ.</summary>
    public int JitterSeed { get; init; } = Environment.ProcessId ^ Environment.TickCount;
}
