using System.Net;
using Otedama.Core;

namespace Otedama;

/// <summary>Everything outside the nodes of one simulated network, and what every part of it needs.</summary>
internal sealed class NetWorld
{
    private readonly ulong _seed;

    public NetWorld(ulong seed, NetOptions options, bool keepTrace)
    {
        (_seed, Options) = (seed, options);
        Trace = new SimTrace(Schedule, keepTrace);
        Life = new SimLife(Schedule, "network");
        int spacing = (int)options.Spacing.TotalMilliseconds;
        Parameters = EasyShares.Parameters(options.Window, spacing, 60 * spacing);
        Others = EasyShares.Parameters(options.Window, spacing, 60 * spacing, penalty: 10);
        Coin = new NetCoin(this);
        Wires = new NetWires(this);
        Audit = new NetAudit(this);
    }

    public NetOptions Options { get; }

    public SimSchedule Schedule { get; } = new();

    public SimTrace Trace { get; }

    /// <summary>Of what nobody's end ends.</summary>
    public SimLife Life { get; }

    public ChainParameters Parameters { get; }

    /// <summary>Of the nodes that have changed the rules.</summary>
    public ChainParameters Others { get; }

    public NetCoin Coin { get; }

    /// <summary>All that was broken is whole, and everybody has had time to connect again.</summary>
    public bool IsHealed { get; set; }

    public NetWires Wires { get; }

    public NetAudit Audit { get; }

    /// <summary>What went wrong first; null while all is well.</summary>
    public string? Broken { get; private set; }

    public SeededRandom RandomFor(string actor) => SeededRandom.For(_seed, actor);

    public void Fail(string what)
    {
        if (Broken is null)
        {
            Broken = what;
            Trace.Note("FAILED", $"{what}");
        }
    }

    public void Note(string actor, FormattableString what)
    {
        if (Options.IsTraced)
        {
            Trace.Note(actor, what);
        }
    }

    /// <summary>Of an honest node by its number, in a network of its own; the internet would route it.</summary>
    public static IPEndPoint PlaceOf(int number) =>
        new(new IPAddress([(byte)(20 + (number / 200)), (byte)(1 + (number % 200)), 7, 7]), Port);

    /// <summary>Of an attacker: in a network of its own, or in the one that all of them are in.</summary>
    public IPEndPoint HostilePlace(int number) => Options.HostileAreNeighbours
        ? new(new IPAddress([60, 60, (byte)(number / 200), (byte)(1 + (number % 200))]), Port)
        : PlaceOf(HostileFrom + number);

    /// <summary>More than there are honest nodes.</summary>
    private const int HostileFrom = 2_000;

    private const int Port = 4_477;
}
