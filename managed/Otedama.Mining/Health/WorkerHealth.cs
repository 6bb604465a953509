using System.Globalization;

namespace Otedama.Mining;

/// <summary>
/// The state of one worker and why. The worker reports what happens to it; readers ask for the state as of now, so
/// that a worker that hangs and reports nothing still turns Degraded. Thread-safe.
/// </summary>
public sealed class WorkerHealth
{
    /// <summary>A worker with a range reports at least this often, or is stalled. Equihash needs seconds a nonce.</summary>
    public static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(30);

    /// <summary>Below this part of its own 15-minute average over a minute, a worker is slow.</summary>
    private const double SlowRatio = 0.5;

    /// <summary>With 64 expected candidates fewer than 32 by chance happen once in 100,000 windows.</summary>
    private const double CandidatesExpectedMin = 64;

    private const double CandidateRatioMin = 0.5;

    /// <summary>Replies of the last window; a quarter refused is not chance.</summary>
    private const int VerdictsMin = 20;

    private const double RefusedRatioMax = 0.25;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly HashMeter _meter;
    private readonly long _started;
    private bool _hashed;
    private bool _busy;
    private long _lastReport;
    private string? _failure;
    private bool _lost;
    private bool _poweringDown;
    private IdleReason _idle;
    private double _expected;
    private double _found;
    private int _verdicts;
    private int _refused;

    public WorkerHealth(TimeProvider clock, HashMeter meter)
    {
        _time = clock;
        _meter = meter;
        _started = _lastReport = clock.GetTimestamp();
    }

    public int Restarts { get; private set; }

    /// <summary>The worker begins a range, or a scan of one.</summary>
    public void OnBusy()
    {
        lock (_gate)
        {
            _busy = true;
            _idle = IdleReason.None;
            _lastReport = _time.GetTimestamp();
        }
    }

    /// <summary>No range to work on.</summary>
    public void OnIdle(IdleReason why)
    {
        lock (_gate)
        {
            _busy = _poweringDown = false;
            _idle = why;
        }
    }

    /// <summary>The device begins to be given up; over with the next OnIdle.</summary>
    public void OnPoweringDown()
    {
        lock (_gate)
        {
            _poweringDown = true;
        }
    }

    /// <summary>The device has gone.</summary>
    public void OnLost(string reason)
    {
        lock (_gate)
        {
            _lost = true;
        }
        OnFailure(reason);
    }

    /// <summary>A scan came back: candidates it should have found on average, and found.</summary>
    public void OnScan(double expected, int found)
    {
        lock (_gate)
        {
            _hashed = true;
            _failure = null;
            _lastReport = _time.GetTimestamp();
            _expected += expected;
            _found += found;
            if (_expected > 4 * CandidatesExpectedMin)
            {
                _expected /= 2;
                _found /= 2;
            }
        }
    }

    /// <summary>A share of this worker was answered; late ones are nobody's fault and are not reported here.</summary>
    public void OnVerdict(bool accepted)
    {
        lock (_gate)
        {
            _verdicts++;
            _refused += accepted ? 0 : 1;
            if (_verdicts >= 10 * VerdictsMin)
            {
                _verdicts /= 2;
                _refused /= 2;
            }
        }
    }

    public void OnFailure(string reason)
    {
        lock (_gate)
        {
            _failure = reason;
            _busy = _poweringDown = false;
        }
    }

    public void OnRestart()
    {
        lock (_gate)
        {
            Restarts++;
            _expected = _found = 0;
            _verdicts = _refused = 0;
        }
    }

    public WorkerState Read(out string reason)
    {
        HashRates rates = _meter.Read();
        lock (_gate)
        {
            reason = _failure ?? "";
            if (_failure is not null)
            {
                return _lost ? WorkerState.Lost : WorkerState.Failed;
            }
            if (_poweringDown)
            {
                reason = "nothing to do for long; its device is put to rest";
                return WorkerState.PoweringDown;
            }
            TimeSpan silent = _time.GetElapsedTime(_lastReport);
            if (_busy && silent > StallAfter)
            {
                reason = string.Create(CultureInfo.InvariantCulture, $"no answer from the device for {silent.TotalSeconds:F0} s");
                return WorkerState.Degraded;
            }
            if (!_hashed)
            {
                reason = "waiting for the first range";
                return WorkerState.Starting;
            }
            reason = Complaint(rates);
            if (reason.Length > 0)
            {
                return WorkerState.Degraded;
            }
            reason = _idle is IdleReason.None ? "" : WordsOf(_idle);
            return _idle is IdleReason.None ? WorkerState.Healthy : WorkerState.Idle;
        }
    }

    private static string WordsOf(IdleReason why) => why switch
    {
        IdleReason.Paused => "mining is paused",
        IdleReason.SearchedThrough => "the job is searched through, waiting for the next",
        _ => "waiting for a job",
    };

    private string Complaint(HashRates rates)
    {
        if (_verdicts >= VerdictsMin && _refused > RefusedRatioMax * _verdicts)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{_refused} of the last {_verdicts} shares were refused");
        }
        if (_expected >= CandidatesExpectedMin && _found < CandidateRatioMin * _expected)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"finds {_found:F0} candidates where {_expected:F0} are expected: wrong hashes?");
        }
        bool settled = _time.GetElapsedTime(_started) > TimeSpan.FromMinutes(5);
        return _busy && settled && rates.Seconds60 < SlowRatio * rates.Minutes15
            ? string.Create(CultureInfo.InvariantCulture, $"at {100 * rates.Seconds60 / rates.Minutes15:F0} % of its 15-minute average")
            : "";
    }
}
