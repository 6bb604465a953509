using System.Buffers;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// One card that checks proofs of one algorithm. Its engine is made on a thread of its own, and again after a
/// failure; what asks for checks meanwhile is told to ask somebody else. Any thread.
/// </summary>
internal sealed class CheckingCard : IDisposable
{
    /// <summary>Of the batch, where an item takes the processor milliseconds: what it works on at once.</summary>
    private const int SlowSample = 8;

    /// <summary>For the drivers' sake nothing may be under way when the process ends.</summary>
    private static readonly TimeSpan s_endWait = TimeSpan.FromSeconds(10);

    /// <summary>Beyond what the processor is known to take for the batch, a card that is busy is not waited
    /// for.</summary>
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(2);

    private readonly GpuInfo _gpu;
    private readonly Algorithm _algorithm;
    private readonly PowParameters _parameters;
    private readonly IProofChecker _processor;
    private readonly DeviceDatasetLease? _lease;
    private readonly GpuCheckOptions _options;
    private readonly Lock _gate = new(); // held for everything below, and while the card checks
    private readonly CheckSpeed _speed;
    private IGpuCheckEngine? _engine;
    private PowDataset? _dataset;   // of the engine
    private Task? _opening;
    private readonly int _epochBlocks;
    private int _epoch = -1;        // the newest asked for
    private long _failedAt;
    private TimeSpan _pause;        // after the last failure; zero = there was none
    private string? _problem;
    private bool _isUseless;        // it has no kernel: not tried again
    private bool _disposed;
    private long _checked;
    private long _compared;

    /// <summary>Takes over the lease, which algorithms with a dataset need.</summary>
    public CheckingCard(
        GpuInfo gpu, Algorithm algorithm, PowParameters parameters, IProofChecker processor,
            DeviceDatasetLease? lease, GpuCheckOptions options)
    {
        (_gpu, _algorithm, _parameters, _processor, _lease, _options) = (gpu, algorithm, parameters, processor,
            lease, options);
        _speed = new CheckSpeed(options.Remeasure, options.Clock);
        _epochBlocks = algorithm.Facts.EpochBlocks;
        if (lease is null)
        {
            lock (_gate)
            {
                Begin(null);
            }
        }
    }

    /// <summary>Done when the engine that is being made is there or has failed. For tests.</summary>
    internal Task Opening
    {
        get
        {
            lock (_gate)
            {
                return _opening ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>
    /// Checks all items, or none and returns false: the card is slower, busy, not ready, or failed, and nothing in
    /// results counts.
    /// </summary>
    public bool TryCheck(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        if (items.Length > PowEngine.ChecksMax || !_gate.TryEnter(Patience(items.Length)))
        {
            return false;
        }
        try
        {
            if (_disposed || !Prepare(items))
            {
                return false;
            }
            if (_speed.WantsMeasuring(items.Length))
            {
                return Compare(items, data, results);
            }
            if (!_options.Always && !_speed.IsCardFaster(items.Length))
            {
                return false;
            }
            _engine!.Check(items, data, results);
            Succeed(items.Length);
            return true;
        }
        catch (NativeException e)
        {
            Fail(e);
            return false;
        }
        finally
        {
            _gate.Exit();
        }
    }

    public GpuCheckState State() => new(
        _gpu.Name, _gpu.Device.Name, Volatile.Read(ref _engine) is not null, Volatile.Read(ref _checked),
            Volatile.Read(ref _compared),
        _speed.FasterFrom(), Volatile.Read(ref _problem));

    public void Dispose()
    {
        Task? opening;
        lock (_gate)
        {
            _disposed = true;
            opening = _opening;
            Close();
        }
        opening?.Wait(s_endWait);
        _lease?.Dispose();
    }

    /// <summary>As long as the processor would take; not at all while that is not known.</summary>
    private TimeSpan Patience(int count)
    {
        double seconds = _speed.ProcessorSeconds(count); // torn or old at worst: it is a guess
        return seconds < s_waitMax.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_waitMax;
    }

    /// <summary>Whether the engine fits the items; begins to make one that does.</summary>
    private bool Prepare(ReadOnlySpan<ProofItem> items)
    {
        PowDataset? dataset = null;
        if (_lease is not null)
        {
            if (!IsOfNewestEpoch(items))
            {
                return false;
            }
            dataset = _lease.TryGet(items[0].Height, out bool letGo);
            if (letGo)
            {
                Close();
            }
            if (dataset is null)
            {
                return false;
            }
        }
        if (_engine is not null && ReferenceEquals(_dataset, dataset))
        {
            return true;
        }
        Close();
        Begin(dataset);
        return false;
    }

    /// <summary>Late items of the epoch before are the processor's, so that the card need not go back.</summary>
    private bool IsOfNewestEpoch(ReadOnlySpan<ProofItem> items)
    {
        foreach (ref readonly ProofItem item in items)
        {
            _epoch = Math.Max(_epoch, EpochOf(item));
        }
        foreach (ref readonly ProofItem item in items)
        {
            if (EpochOf(item) != _epoch)
            {
                return false;
            }
        }
        return true;
    }

    private int EpochOf(in ProofItem item) => _epochBlocks == 0 ? 0 : item.Height / _epochBlocks;

    /// <summary>
    /// Both check; the processor only as many as tell how fast it is. Where they differ the card is not believed.
    /// </summary>
    private bool Compare(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        int sample = _algorithm.Facts.HasMix ? Math.Min(SlowSample, items.Length) : items.Length;
        ProofResult[] expected = ArrayPool<ProofResult>.Shared.Rent(sample);
        try
        {
            long began = _options.Clock.GetTimestamp();
            _engine!.Check(items, data, results);
            TimeSpan card = _options.Clock.GetElapsedTime(began);
            began = _options.Clock.GetTimestamp();
            _processor.Check(_algorithm, items[..sample], data, expected);
            _speed.Add(items.Length, card, sample, _options.Clock.GetElapsedTime(began));
            if (!results[..sample].SequenceEqual(expected.AsSpan(0, sample)))
            {
                throw new NativeException(
                    $"check of {items.Length} {_algorithm} proofs on {_gpu.Name}", "OTD_E_SELFTEST", "the "
                        + "processor judged otherwise", "Report this message.");
            }
        }
        finally
        {
            ArrayPool<ProofResult>.Shared.Return(expected);
        }
        Volatile.Write(ref _compared, _compared + sample);
        Succeed(items.Length);
        return true;
    }

    private void Begin(PowDataset? dataset)
    {
        bool tooEarly = _pause > TimeSpan.Zero && _options.Clock.GetElapsedTime(_failedAt) < _pause;
        if (_opening is null && !_isUseless && !tooEarly)
        {
            _opening = Task.Factory.StartNew(
                () => Open(dataset),
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, // compiling takes seconds
                TaskScheduler.Default);
        }
    }

    private void Open(PowDataset? dataset)
    {
        IGpuCheckEngine? engine = null;
        NativeException? failure = null;
        try
        {
            engine = _options.Make(_gpu, _algorithm, _parameters, dataset);
        }
        catch (NativeException e)
        {
            failure = e;
        }
        catch (ObjectDisposedException)
        {
            // The dataset went while the engine was made; the next batch asks for another.
        }
        lock (_gate)
        {
            _opening = null;
            if (failure is not null)
            {
                Fail(failure);
            }
            else if (_disposed)
            {
                engine?.Dispose();
            }
            else if (engine is not null)
            {
                (_engine, _dataset) = (engine, dataset);
                _speed.Clear();
                if (_problem is null)
                {
                    _options.Says?.Invoke($"{_gpu.Name} ({_gpu.Device.Name}) is ready to check {_algorithm} shares");
                }
            }
        }
    }

    private void Succeed(int count)
    {
        Volatile.Write(ref _checked, _checked + count);
        if (_problem is not null)
        {
            _options.Says?.Invoke($"{_gpu.Name} ({_gpu.Device.Name}) checks {_algorithm} shares again");
        }
        (_problem, _pause) = (null, TimeSpan.Zero);
    }

    /// <summary>Says so once until it works again.</summary>
    private void Fail(NativeException e)
    {
        Close();
        if (e.IsDeviceLost)
        {
            _lease?.OnLost();
        }
        _isUseless = e.StatusName == "OTD_E_UNSUPPORTED";
        _failedAt = _options.Clock.GetTimestamp();
        _pause = _pause == TimeSpan.Zero ? _options.Retry
            : TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, _options.RetryMax.Ticks));
        if (_problem is null && !_disposed)
        {
            string next = _isUseless ? "" : $" It is tried again in {_pause.TotalSeconds:0} s, and then less and "
                + "less often.";
            _options.Warns?.Invoke($"{_gpu.Name} ({_gpu.Device.Name}) checks no {_algorithm} shares, the "
                + $"processor does: {e.Message}{next}");
        }
        _problem = e.Message;
    }

    private void Close()
    {
        _engine?.Dispose();
        (_engine, _dataset) = (null, null);
    }
}
