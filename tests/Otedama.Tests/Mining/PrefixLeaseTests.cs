using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>Workers that count the extranonce themselves, beside workers that take ranges.</summary>
public sealed class PrefixLeaseTests
{
    private static readonly Target s_share = Target.FromDifficulty(1, Target.BitcoinOne);
    private static readonly RangeAppetite s_whole = new(1UL << 32, 8, 0);

    private readonly FakeSource _source = new();
    private readonly Dispatcher _dispatcher;
    private readonly Still _worker = new(7);

    public PrefixLeaseTests()
    {
        _dispatcher = new Dispatcher(_source, TimeProvider.System, NullLogger.Instance, paused: false);
        _source.Start(_dispatcher);
        _dispatcher.Add(_worker, static () => { });
    }

    [Fact]
    public void Whatever_happens_nothing_is_searched_twice_under_one_tip()
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 9].Array[1, 400]).Sample((extranonce2Length, steps) => new Run(extranonce2Length).Do(steps), iter: 200);
    }

    [Fact]
    public void A_lease_serves_every_job_of_its_connection_and_no_other()
    {
        Assert.Null(_dispatcher.TryLease(7)); // no connection yet
        Job first = _source.Publish(s_share);
        PrefixLease lease = _dispatcher.TryLease(7)!;
        Assert.Equal(2, lease.Rest);
        WorkRange range = _dispatcher.TryTake(lease, 0, out int epoch)!;
        Assert.Equal((first, lease.Prefix.ToArray().Length, 1UL << 32), (range.Job, 6, range.NonceCount));
        Job second = _source.Publish(s_share);
        Assert.True(_dispatcher.IsVoid(epoch));
        Assert.Equal(second, _dispatcher.TryTake(lease, 0, out _)!.Job);

        _dispatcher.SetPaused(true);
        Assert.Null(_dispatcher.TryTake(lease, 0, out _));
        _dispatcher.SetPaused(false);
        Assert.NotNull(_dispatcher.TryTake(lease, 0, out _));

        _source.Publish(s_share, extranonce2Length: 8); // another connection
        Assert.Null(_dispatcher.TryTake(lease, 0, out _));
        Assert.Equal(IdleReason.None, _dispatcher.Idle);
        _dispatcher.Return(lease); // void, harmless
        Assert.NotNull(_dispatcher.TryTake(_dispatcher.TryLease(7)!, 0, out _));
    }

    [Fact]
    public void A_share_found_under_a_lease_is_submitted()
    {
        _source.Publish(s_share);
        WorkRange range = _dispatcher.TryTake(_dispatcher.TryLease(7)!, 0, out int epoch)!;
        _dispatcher.Offer(new Candidate { JobId = range.Job.Id, WorkerId = 7 }, Hash256.Zero, range, epoch);
        Assert.Single(_source.Submitted);
    }

    [Fact]
    public void Leases_of_a_worker_that_left_are_lent_again_after_the_next_tip_and_not_before()
    {
        _source.Publish(s_share, extranonce2Length: 2);
        HashSet<string> all = [];
        while (_dispatcher.TryLease(7) is { } lease)
        {
            Assert.True(all.Add(Hex.Encode(lease.Prefix.Span)));
        }
        Assert.Equal(128, all.Count); // the upper half of one byte
        _dispatcher.Add(new Still(8), static () => { });
        _source.Publish(s_share, extranonce2Length: 2);
        Assert.Null(_dispatcher.TryLease(8));

        _dispatcher.Remove(_worker);
        Assert.Null(_dispatcher.TryLease(7)); // it has left
        Assert.Null(_dispatcher.TryLease(8));
        _source.Publish(s_share, clean: false, extranonce2Length: 2);
        Assert.Null(_dispatcher.TryLease(8));
        _source.Publish(s_share, extranonce2Length: 2);
        Assert.Contains(Hex.Encode(_dispatcher.TryLease(8)!.Prefix.Span), all);
    }

    [Fact]
    public void A_space_of_one_byte_is_not_lent()
    {
        _source.Publish(s_share, extranonce2Length: 1);
        Assert.Null(_dispatcher.TryLease(7));
        Assert.NotNull(_dispatcher.TryTake(s_whole, out _));
    }

    /// <summary>A random life of one rig, and what was searched since the last tip.</summary>
    private sealed class Run
    {
        private readonly FakeSource _source = new();
        private readonly Dispatcher _dispatcher;
        private readonly int _extranonce2Length;
        private readonly List<PrefixLease> _leases = [];
        private readonly HashSet<string> _ranges = [];
        private readonly HashSet<string> _extranonces = [];
        private readonly HashSet<string> _prefixes = [];

        public Run(int extranonce2Length)
        {
            _extranonce2Length = extranonce2Length;
            _dispatcher = new Dispatcher(_source, TimeProvider.System, NullLogger.Instance, paused: false);
            _source.Start(_dispatcher);
            _dispatcher.Add(new Still(7), static () => { });
            Publish(clean: true);
        }

        public void Do(int[] steps)
        {
            foreach (int step in steps)
            {
                switch (step)
                {
                    case 0:
                        Publish(clean: true);
                        break;
                    case 1 or 2 when _leases.Count > 0:
                        _dispatcher.Return(_leases[^1]);
                        _leases.RemoveAt(_leases.Count - 1);
                        break;
                    case <= 5:
                        Lease();
                        break;
                    default:
                        Take();
                        break;
                }
                // No extranonce of a range lies under a prefix that was ever out under this tip.
                Assert.All(_extranonces, extranonce => Assert.DoesNotContain(
                    _prefixes, prefix => extranonce.StartsWith(prefix, StringComparison.Ordinal)));
            }
        }

        private void Publish(bool clean)
        {
            _source.Publish(s_share, clean, _extranonce2Length, mask: 0x00006000);
            _ranges.Clear();
            _extranonces.Clear();
            _prefixes.Clear();
            _prefixes.UnionWith(_leases.Select(static lease => Hex.Encode(lease.Prefix.Span)));
        }

        private void Lease()
        {
            if (_dispatcher.TryLease(7) is not { } lease)
            {
                return;
            }
            Assert.True(_prefixes.Add(Hex.Encode(lease.Prefix.Span)), "a prefix was lent twice under one tip");
            Assert.Equal(4 + _extranonce2Length, lease.Prefix.Length + lease.Rest);
            _leases.Add(lease);
        }

        private void Take()
        {
            if (_dispatcher.TryTake(s_whole, out _) is not { } range)
            {
                return;
            }
            string extranonce = Hex.Encode(range.Extranonce.Span);
            _extranonces.Add(extranonce);
            Assert.All(range.Versions, version => Assert.True(_ranges.Add($"{extranonce}/{version:x8}/{range.NonceFirst}"), "a range was taken twice"));
        }
    }

    /// <summary>A worker that only has a number.</summary>
    private sealed class Still(int id) : IWorker
    {
        public int Id => id;

        public void Attach(IWorkDesk desk)
        {
        }

        public TimeSpan Step() => throw new NotSupportedException();

        public void Interrupt()
        {
        }

        public void OnVerdict(ShareOutcome outcome)
        {
        }

        public WorkerSnapshot Read() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
