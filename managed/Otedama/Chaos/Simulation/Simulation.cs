using System.Diagnostics;

namespace Otedama;

/// <summary>What became of one simulated run.</summary>
/// <param name="Broken">Null when every promise was kept.</param>
/// <param name="Lines">The run, or its last part: time in seconds, actor, what.</param>
internal sealed record SimulationReport(
    ulong Seed, string? Broken, string TraceHash, double VirtualSeconds, double Seconds, long Steps, int Lives,
        int Shares, int Blocks,
    IReadOnlyCollection<string> Lines);

/// <summary>
/// The whole pool, its miners, its nodes, network and disk in one thread and in virtual time. A seed decides
/// everything that
/// happens, so that a run that failed can be had again.
/// </summary>
internal static class Simulation
{
    /// <summary>Virtual seconds in which things go wrong.</summary>
    public const int DefaultSeconds = 200;

    /// <summary>Then all works again, and the chain grows until everything is settled.</summary>
    private const int CalmSeconds = 100;

    /// <summary>In the calm the chain grows by so many blocks, more than the pool watches one of its own for.</summary>
    private const int BlocksInCalm = 9;

    /// <param name="diskLies">Flushes are confirmed and not done, so that power cuts take what was promised to be
    /// kept.</param>
    public static SimulationReport Run(ulong seed, int seconds = DefaultSeconds, bool keepTrace = false,
        bool diskLies = false)
    {
        long began = Stopwatch.GetTimestamp();
        SimWorld world = new(seed, keepTrace);
        SimPool pool = new(world);
        SimFaults faults = new(world, pool);
        SimLife life = new(world.Schedule, "end");
        pool.Disk.Lies = diskLies;
        pool.Start();
        faults.Start();
        foreach (SimMiner miner in world.Miners)
        {
            miner.Start();
        }
        EverySecond(world, life, pool.Look);
        RunUntil(world, seconds);
        faults.Stop();
        Calm(world, life, seconds);
        RunUntil(world, seconds + CalmSeconds);
        if (world.Broken is null)
        {
            pool.CheckEnd();
        }
        return new SimulationReport(
            seed, world.Broken, world.Trace.Hash, world.Schedule.Elapsed.TotalSeconds,
                Stopwatch.GetElapsedTime(began).TotalSeconds,
            world.Schedule.Steps, pool.Lives, world.Accepted.Count, world.Chain.Blocks.Values.Count(static block =>
                block.IsOurs),
            world.Trace.Lines);
    }

    private static void RunUntil(SimWorld world, int seconds)
    {
        while (world.Broken is null && world.Schedule.RunNext(TimeSpan.FromSeconds(seconds).Ticks))
        {
        }
    }

    private static void EverySecond(SimWorld world, SimLife life, Action look) =>
        world.Schedule.After(TimeSpan.FromSeconds(1), life, () =>
    {
        look();
        EverySecond(world, life, look);
    });

    /// <summary>Miners work on for a while; then only the chain grows.</summary>
    private static void Calm(SimWorld world, SimLife life, int seconds)
    {
        SeededRandom random = world.RandomFor("calm");
        world.Trace.Note("world", $"everything works again");
        foreach (SimMiner miner in world.Miners)
        {
            miner.IsHonest = true;
        }
        world.Schedule.At(TimeSpan.FromSeconds(seconds + (CalmSeconds / 3)).Ticks, life, () =>
        {
            world.Trace.Note("world", $"the miners rest");
            foreach (SimMiner miner in world.Miners)
            {
                miner.IsResting = true;
            }
            for (int i = 0; i < BlocksInCalm; i++)
            {
                world.Schedule.After(TimeSpan.FromSeconds(2 * (i + 1)), life, () =>
                    world.Nodes[0].Learn(world.Chain.Extend(world.Nodes[0].Tip, world.UnixTime, random)));
            }
        });
    }
}
