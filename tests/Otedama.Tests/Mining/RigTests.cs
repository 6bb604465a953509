using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>The whole rig with real hashing.</summary>
public sealed class RigTests
{
    private static readonly Target s_easy = Target.FromDifficulty(1e-5, Target.BitcoinOne);

    [Fact]
    public async Task Shares_are_real_distinct_and_accepted_by_a_pool()
    {
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        await using Rig rig = await Rig.StartAsync(Options() with { Pools = [pool.Endpoint] }, NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(() => rig.Snapshot().Shares.Accepted >= 20, "20 shares");
        RigSnapshot snapshot = rig.Snapshot();
        Assert.Equal(RigState.Mining, snapshot.State);
        Assert.Equal(1e-6, snapshot.Difficulty!.Value, 9);
        Assert.True(snapshot.Hashrate.Seconds10 > 0 && snapshot.EffectiveHashrate > 0);
        Assert.All(snapshot.Workers, worker => Assert.Equal(WorkerState.Healthy, worker.State));
        Assert.Equal("CPU", Assert.Single(snapshot.Devices).Kind);

        await rig.StopAsync();
        Assert.Equal(RigState.Stopped, rig.Snapshot().State);
        Assert.Equal(0, rig.Snapshot().Shares.Pending);
        string[] submits = [.. pool.Received.Where(line => line.Contains("mining.submit", StringComparison.Ordinal))];
        Assert.Equal(submits.Length, submits.Select(line => line[line.IndexOf("params", StringComparison.Ordinal)..]).Distinct().Count());
    }

    [Fact]
    public async Task Every_submitted_candidate_hashes_below_the_share_target()
    {
        FakeSource source = new();
        await using Rig rig = await Start(source, Options());
        Job job = source.Publish(s_easy);
        await Patience.UntilAsync(() => source.Submitted.Count >= 50, "50 candidates");
        foreach (Candidate candidate in source.Submitted)
        {
            byte[] header = new byte[80];
            new BitcoinWorkData().Build(
                new WorkRange
                {
                    Job = job,
                    Extranonce = candidate.Extranonce.Span.ToArray(),
                    NonceFirst = 0,
                    NonceCount = 1,
                    Versions = [candidate.Version],
                    Target = s_easy,
                },
                header);
            BitConverter.GetBytes((uint)candidate.Nonce).CopyTo(header, 76);
            Assert.True(s_easy.IsMetBy(BitcoinHash.Sha256d(header)));
            Assert.Equal(8, candidate.Extranonce.Length);
        }
    }

    [Fact]
    public async Task A_clean_job_is_taken_up_while_the_old_one_is_far_from_searched()
    {
        FakeSource source = new();
        await using Rig rig = await Start(source, Options() with { CpuThreads = 1, CpuPriority = CpuPriority.Normal });
        source.Publish(s_easy);
        await Patience.UntilAsync(() => !source.Submitted.IsEmpty, "the first candidate");
        Target easiest = Target.FromDifficulty(1e-9, Target.BitcoinOne); // every few hashes
        for (int i = 0; i < 5; i++)
        {
            Job job = source.Publish(easiest);
            await Patience.UntilAsync(() => source.Submitted.Any(candidate => candidate.JobId == job.Id), "a candidate of the newest job");
        }
    }

    [Fact]
    public async Task Pause_stops_hashing_and_resume_goes_on()
    {
        FakeSource source = new();
        await using Rig rig = await Start(source, Options() with { CpuPriority = CpuPriority.Normal });
        source.Publish(s_easy);
        await Patience.UntilAsync(() => rig.Snapshot().Workers.All(worker => worker.Hashes > 0), "hashes");
        rig.Pause();
        Assert.Equal(RigState.Paused, rig.Snapshot().State);
        long at = await HashesOnceStill(rig);
        for (int i = 0; i < 20; i++)
        {
            await Task.Delay(10);
            Assert.Equal(at, rig.Snapshot().Workers.Sum(worker => worker.Hashes));
        }
        rig.Resume();
        await Patience.UntilAsync(() => rig.Snapshot().Workers.Sum(worker => worker.Hashes) > at, "more hashes");
        await rig.StopAsync();
        Assert.True(source.Disposed);
    }

    /// <summary>The slices under way when the rig was paused end some time; from then on nothing is added.</summary>
    private static async Task<long> HashesOnceStill(Rig rig)
    {
        long still = 0;
        for (int looks = 0; looks < 20; looks++)
        {
            await Task.Delay(100);
            long now = rig.Snapshot().Workers.Sum(worker => worker.Hashes);
            (still, looks) = now == still ? (still, looks) : (now, 0);
        }
        return still;
    }

    [Fact]
    public async Task Wrong_options_are_named_before_anything_starts()
    {
        await Expect(Options() with { CpuThreads = -2 }, "-2 CPU threads");
        await Expect(Options() with { CpuThreads = 5000 }, "1024");
        await Expect(Options() with { CpuAffinity = [-1] }, "processor -1");
        await Expect(Options() with { Flavour = "sse9" }, "\"sse9\"");
        await Expect(Options() with { Algorithm = Algorithm.None }, "choose one of");

        static async Task Expect(RigOptions options, string text)
        {
            ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(() => Start(new FakeSource(), options));
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
        }
    }

    private static RigOptions Options() => new() { CpuThreads = 2, CpuPriority = CpuPriority.Low };

    private static Task<Rig> Start(IJobSource source, RigOptions options) =>
        Rig.StartAsync(options, source, NullLoggerFactory.Instance, TimeProvider.System, default);
}
