using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Finds the fastest of a card's geometries while it mines: each scans some seconds of real work in turn. Survives the
/// engines that scan. Owned by the thread that steps the worker.
/// </summary>
internal sealed class GpuTrial
{
    /// <summary>Scanned and not counted: the size of launches is found in it.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Scanned and counted; some sixteen scans.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

    /// <summary>The one to begin with is left only for one that is this much faster; less is chance.</summary>
    private const double Better = 1.02;

    private readonly IReadOnlyList<FlavourInfo> _flavours;
    private readonly Action<GpuTried> _decided;
    private readonly FlavourInfo? _spare;
    private readonly double[] _rates; // 0 = not measured, or of no use
    private bool _remembered;         // the one that is used, and none was tried since
    private int _at;
    private TimeSpan _scanned;
    private double _hashes;

    /// <param name="flavours">At least one, in order of preference.</param>
    /// <param name="known">The best one, where it was found before.</param>
    /// <param name="decided">Told once, when all were tried.</param>
    /// <param name="spare">What to scan with when none of them runs here; null = nothing.</param>
    public GpuTrial(IReadOnlyList<FlavourInfo> flavours, string? known, Action<GpuTried> decided,
        FlavourInfo? spare = null)
    {
        (_flavours, _decided, _spare, _rates) = (flavours, decided, spare, new double[flavours.Count]);
        FlavourInfo? best = flavours.FirstOrDefault(flavour => flavour.Name == known);
        Flavour = best ?? flavours[0];
        _remembered = best is not null && flavours.Count > 1;
        IsOver = best is not null || flavours.Count == 1;
    }

    /// <summary>What to scan with now.</summary>
    public FlavourInfo Flavour { get; private set; }

    public bool IsOver { get; private set; }

    /// <summary>A scan came back.</summary>
    public void OnScan(double hashes, TimeSpan took)
    {
        if (IsOver)
        {
            return;
        }
        _hashes += _scanned >= WarmUp ? hashes : 0;
        _scanned += took;
        if (_scanned >= WarmUp + Length)
        {
            // Of the scan that crossed from one to the other neither is counted, which is a sixteenth at most.
            _rates[_at] = _hashes / (_scanned - WarmUp).TotalSeconds;
            Next();
        }
    }

    /// <summary>This geometry does not run here. Returns whether another is to be tried.</summary>
    public bool OnRefused()
    {
        if (_remembered) // what ran once does not run any more: all are tried again
        {
            (_remembered, IsOver, Flavour) = (false, false, _flavours[0]);
            return true;
        }
        if (!IsOver)
        {
            _rates[_at] = 0;
            Next();
            if (!IsOver || _rates.Any(static rate => rate > 0))
            {
                return true;
            }
        }
        if (_spare is null || Flavour == _spare)
        {
            return false;
        }
        Flavour = _spare;
        return true;
    }

    private void Next()
    {
        (_scanned, _hashes) = (TimeSpan.Zero, 0);
        if (++_at < _flavours.Count)
        {
            Flavour = _flavours[_at];
            return;
        }
        IsOver = true;
        int best = Array.IndexOf(_rates, _rates.Max());
        best = _rates[best] > _rates[0] * Better ? best : 0;
        Flavour = _flavours[best];
        if (_rates[best] > 0)
        {
            _decided(new GpuTried(Flavour.Name, _rates[best],
                [.. _flavours.Select((flavour, i) => (flavour.Name, _rates[i]))]));
        }
    }
}

/// <summary>How a trial ended.</summary>
/// <param name="Flavour">The one that is kept.</param>
/// <param name="Rate">Its hashes per second of scan.</param>
/// <param name="All">Of each geometry; 0 = it does not run here.</param>
internal sealed record GpuTried(string Flavour, double Rate, IReadOnlyList<(string Flavour, double Rate)> All);
