using System.Collections.Concurrent;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>
/// Who checks: card or processor, by what is faster, and the processor whenever a card cannot. Both are played here and take
/// as long as a test says, by a held clock.
/// </summary>
public sealed class GpuProofCheckerTests : IDisposable
{
    private readonly HeldClock _time = new();
    private readonly DatasetStore _store = new(new DatasetStoreOptions());
    private readonly DeviceDatasets _datasets;
    private readonly GpuInfo _card = new(2, new DeviceInfo(5, DeviceBackend.OpenCl, 1, 1 << 30, "a card", []), null);
    private readonly ConcurrentQueue<string> _said = new();
    private readonly ConcurrentQueue<string> _warned = new();
    private readonly Slow _processor;
    private readonly List<Card> _engines = [];
    private double _cardSeconds = 0.001; // a batch
    private NativeException? _refusal;   // of the next engine

    public GpuProofCheckerTests()
    {
        _datasets = new DeviceDatasets(_store);
        _processor = new Slow(_time) { SecondsAnItem = 0.001 };
    }

    public void Dispose()
    {
        _datasets.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task What_is_faster_for_a_batch_of_that_size_checks_it()
    {
        _cardSeconds = 0.1; // as long as the processor takes for 100
        using GpuProofChecker checker = await Ready();
        Run(checker, 1, times: 3); // compared
        Run(checker, 200, times: 3);
        Assert.Equal((603, 603), (_engines[0].Items, _processor.Items));
        Run(checker, 1, times: 5);
        Run(checker, 200, times: 5);
        Assert.Equal(603 + 1000, _engines[0].Items);
        Assert.Equal(603 + 5, _processor.Items);
        Assert.Equal(5, checker.CheckedByProcessor);
        GpuCheckState state = Assert.Single(checker.Snapshot());
        Assert.Equal((true, 1603L, 603L, (int?)128, (string?)null), (state.IsReady, state.Checked, state.Compared, state.FasterFrom, state.Problem));
    }

    [Fact]
    public async Task It_is_measured_again_after_a_while()
    {
        using GpuProofChecker checker = await Ready();
        Run(checker, 64, times: 4);
        Assert.Equal(3 * 64, _processor.Items);
        _cardSeconds = 100; // something else uses the card now
        _time.Advance(TimeSpan.FromMinutes(11));
        Run(checker, 64, times: 3);
        Assert.Equal(6 * 64, _processor.Items);
        Run(checker, 64, times: 2);
        Assert.Equal((8 * 64, 7 * 64), (_processor.Items, _engines[0].Items));
    }

    [Fact]
    public async Task A_card_that_shall_always_check_does_so_whatever_is_faster()
    {
        _cardSeconds = 100;
        using GpuProofChecker checker = await Ready(always: true);
        Run(checker, 10, times: 5);
        Assert.Equal((50, 30), (_engines[0].Items, _processor.Items));
    }

    [Fact]
    public async Task A_card_that_fails_is_said_once_and_tried_again_less_and_less_often()
    {
        using GpuProofChecker checker = await Ready();
        Run(checker, 64, times: 4);
        _engines[0].Fails = true;
        _refusal = Failure("OTD_E_DRIVER");
        Run(checker, 64); // by the processor, and rightly
        Assert.True(_engines[0].Disposed);
        Assert.Contains("checks no Sha256d shares, the processor does", Assert.Single(_warned), StringComparison.Ordinal);
        foreach (int pause in (int[])[5, 10, 20])
        {
            int before = _processor.Items;
            _time.Advance(pause - 1);
            Run(checker, 64);
            await checker.Opening;
            _time.Advance(2);
            Run(checker, 64);
            await checker.Opening; // refused once more
            Assert.Equal(before + 128, _processor.Items);
        }
        Assert.Single(_warned);
        Assert.Equal("a test failed: it does (OTD_E_DRIVER). Wait.", Assert.Single(checker.Snapshot()).Problem);
        _refusal = null;
        _time.Advance(41);
        Run(checker, 64);
        await checker.Opening;
        Run(checker, 64, times: 4);
        Assert.Equal(4 * 64, _engines[^1].Items);
        Assert.Contains("checks Sha256d shares again", _said.Last(), StringComparison.Ordinal);
        Assert.Null(Assert.Single(checker.Snapshot()).Problem);
    }

    [Fact]
    public async Task A_card_without_a_kernel_is_not_tried_again()
    {
        _refusal = Failure("OTD_E_UNSUPPORTED");
        using GpuProofChecker checker = Make();
        await checker.Opening;
        _refusal = null;
        _time.Advance(TimeSpan.FromHours(1));
        Run(checker, 8);
        await checker.Opening;
        Run(checker, 8);
        Assert.Empty(_engines);
        Assert.Equal(16, checker.CheckedByProcessor);
        Assert.Single(_warned);
    }

    [Fact]
    public async Task A_card_that_judges_otherwise_than_the_processor_is_not_believed()
    {
        using GpuProofChecker checker = await Ready();
        _engines[0].Lies = true;
        Run(checker, 64); // Run compares with the truth
        Assert.True(_engines[0].Disposed);
        Assert.Contains("the processor judged otherwise", Assert.Single(_warned), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_busy_is_not_waited_for()
    {
        using GpuProofChecker checker = await Ready();
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim go = new();
        _engines[0].Holds = () =>
        {
            inside.Set();
            go.Wait(TimeSpan.FromMinutes(5));
        };
        Task first = Task.Run(() => Run(checker, 64));
        Assert.True(inside.Wait(TimeSpan.FromMinutes(5)));
        _engines[0].Holds = null;
        Run(checker, 32);
        Assert.Equal(32, checker.CheckedByProcessor);
        go.Set();
        await first;
        Assert.Equal((64, 32L), (_engines[0].Items, checker.CheckedByProcessor));
    }

    [Fact]
    public async Task Other_algorithms_and_nothing_at_all_are_the_processors()
    {
        using GpuProofChecker checker = await Ready();
        checker.Check(Algorithm.Scrypt, [new ProofItem(0, 80, 0, Target.Max)], new byte[80], new ProofResult[1]);
        checker.Check(Algorithm.Sha256d, [], [], []);
        Assert.Equal((0, 1), (_engines[0].Items, _processor.Items));
    }

    private async Task<GpuProofChecker> Ready(bool always = false)
    {
        GpuProofChecker checker = Make(always);
        await checker.Opening;
        Assert.Contains("gpu2 (a card) is ready to check Sha256d shares", _said);
        return checker;
    }

    private GpuProofChecker Make(bool always = false) => new(
        [_card], Algorithm.Sha256d, default, _processor, _datasets, TimeSpan.FromMinutes(10), new GpuCheckOptions
        {
            Always = always,
            Clock = _time,
            Says = _said.Enqueue,
            Warns = _warned.Enqueue,
            Make = Open,
        });

    private Card Open(GpuInfo gpu, Algorithm algorithm, PowParameters parameters, PowDataset? dataset)
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }
        Card card = new(this);
        _engines.Add(card);
        return card;
    }

    /// <summary>Checks `count` random headers and compares with the truth.</summary>
    private static void Run(GpuProofChecker checker, int count, int times = 1)
    {
        for (int time = 0; time < times; time++)
        {
            byte[] data = RandomNumberGenerator.GetBytes(80 * count);
            ProofItem[] items = [.. Enumerable.Range(0, count).Select(i => new ProofItem(80 * i, 80, 0, Target.Max))];
            ProofResult[] results = new ProofResult[count];
            checker.Check(Algorithm.Sha256d, items, data, results);
            Assert.Equal(items.Select(item => Truth(item, data)), results);
        }
    }

    private static ProofResult Truth(in ProofItem item, ReadOnlySpan<byte> data) => new(
        ProofVerdict.Valid, new Hash256(SHA256.HashData(SHA256.HashData(data.Slice(item.DataOffset, item.DataLength)))));

    private static NativeException Failure(string status) => new("a test", status, "it does", "Wait.");

    private sealed class Slow(HeldClock time) : IProofChecker
    {
        private int _items;

        public double SecondsAnItem { get; init; }

        public int Items => _items;

        public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
        {
            for (int i = 0; i < items.Length; i++)
            {
                results[i] = Truth(items[i], data);
            }
            Interlocked.Add(ref _items, items.Length);
            time.Advance(SecondsAnItem * items.Length);
        }
    }

    private sealed class Card(GpuProofCheckerTests test) : IGpuCheckEngine
    {
        public int Items { get; private set; }

        public bool Fails { get; set; }

        public bool Lies { get; set; }

        public bool Disposed { get; private set; }

        public Action? Holds { get; set; }

        public void Check(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
        {
            Assert.False(Disposed);
            Holds?.Invoke();
            if (Fails)
            {
                results.Fill(new ProofResult(ProofVerdict.BadProof, default)); // must not count
                throw Failure("OTD_E_DEVICE_LOST");
            }
            for (int i = 0; i < items.Length; i++)
            {
                results[i] = Truth(items[i], data);
            }
            if (Lies)
            {
                results[^1] = results[^1] with { Verdict = ProofVerdict.BadProof };
            }
            Items += items.Length;
            test._time.Advance(test._cardSeconds);
        }

        public void Dispose() => Disposed = true;
    }
}
