using Microsoft.Extensions.Logging;

namespace Otedama.Mining;

/// <summary>
/// Says in the log once a minute how a rig does, and why when it earns nothing; sums up at the end. The timer's thread only,
/// but for Max.
/// </summary>
internal sealed class RigReport(Func<RigSnapshot> read, TimeProvider clock, ILogger log) : IDisposable
{
    /// <summary>How often the speed is looked at for its maximum.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    private const int LooksPerLine = 6;

    private ITimer? _timer;
    private ShareCounts _said;
    private double _max;
    private int _looks;
    private int _quiet; // minutes in a row in which no share was due

    /// <summary>The best speed seen, hashes per second. Any thread.</summary>
    public double Max => Volatile.Read(ref _max);

    public void Start()
    {
        _timer = clock.CreateTimer(_ => Look(), null, s_look, s_look);
        RigLog.Report(log, RigLines.Legend);
    }

    public void Look()
    {
        RigSnapshot now = read();
        Volatile.Write(ref _max, Math.Max(_max, now.Hashrate.Seconds10));
        if (++_looks % LooksPerLine == 0)
        {
            Say(now with { HashrateMax = _max });
        }
    }

    /// <summary>After the last share has its answer.</summary>
    public void Finish()
    {
        Dispose();
        foreach (string line in RigLines.Summary(read()))
        {
            RigLog.Report(log, line);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Say(RigSnapshot now)
    {
        RigLog.Report(log, RigLines.Minute(now, _said));
        string? why = RigLines.WhyNothing(now, _said, out bool waiting);
        _said = now.Shares;
        _quiet = why is not null && waiting ? _quiet + 1 : 0;
        if (why is null)
        {
            return;
        }
        if (!waiting)
        {
            RigLog.EarnsNothing(log, why);
        }
        else if (int.IsPow2(_quiet))
        {
            RigLog.Report(log, why); // rarer and rarer: it is as it should be
        }
    }
}
