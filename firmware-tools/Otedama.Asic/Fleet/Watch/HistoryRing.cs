namespace Otedama.Asic;

/// <summary>
/// Points of one step width for a fixed span: where a point lies follows from its time, so that nothing but the points
/// has to be kept, in memory or in a file. One thread at a time.
/// </summary>
public sealed class HistoryRing(int stepSeconds, int count)
{
    private readonly HistoryPoint[] _points = new HistoryPoint[count];

    public int StepSeconds { get; } = stepSeconds;

    public int Count => _points.Length;

    public int SlotOf(uint time) => (int)(time / StepSeconds % (uint)_points.Length);

    public uint Floor(uint time) => time - (time % (uint)StepSeconds);

    /// <summary>Puts it in its place, over what lay there a whole span ago.</summary>
    public void Put(in HistoryPoint point) => _points[SlotOf(point.Time)] = point;

    /// <summary>Points in [from, until), oldest first; those that are missing are left out.</summary>
    public List<HistoryPoint> Between(uint from, uint until)
    {
        List<HistoryPoint> found = [];
        long span = (long)StepSeconds * _points.Length;
        for (long time = Math.Max(Floor(from), Math.Max(0, Floor(until) - span)); time < until; time += StepSeconds)
        {
            HistoryPoint point = _points[SlotOf((uint)time)];
            if (point.Time >= from && point.Time < until && point.Time / StepSeconds == time / StepSeconds)
            {
                found.Add(point);
            }
        }
        return found;
    }
}
