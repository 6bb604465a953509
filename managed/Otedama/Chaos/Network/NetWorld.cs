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
        TimeSpan length = options.Length + TimeSpan.FromMinutes(10);
        Coin = new NetCoin(Schedule, RandomFor("coin"), TimeSpan.FromSeconds(60), length);
        Wires = new NetWires(this);
        Audit = new NetAudit(this);
    }

    public NetOptions Options { get; }

    public SimSchedule Schedule { get; } = new();

    public SimTrace Trace { get; }

    /// <summary>Of what nobody's end ends.</summary>
    public SimLife Life { get; }

    public ChainParameters Parameters { get; }

    public NetCoin Coin { get; }

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

    /// <summary>Of an actor by its number, in a network of its own; the internet would route it.</summary>
    public static IPEndPoint PlaceOf(int number) =>
        new(new IPAddress([(byte)(20 + (number / 200)), (byte)(1 + (number % 200)), 7, 7]), 4_477);
}
