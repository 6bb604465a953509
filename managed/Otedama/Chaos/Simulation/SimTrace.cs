using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Otedama;

/// <summary>
/// What happened in a run: lines of time, actor and what, kept for reading where that is wanted, and a hash over all
/// of them
/// that is the same whenever the same seed runs on the same program.
/// </summary>
internal sealed class SimTrace(SimSchedule schedule, bool keep)
{
    /// <summary>Lines kept of a run nobody reads while it goes well: what led to a failure.</summary>
    private const int NewestKept = 400;

    private readonly XxHash64 _hash = new();
    private readonly Queue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>16 hex digits.</summary>
    public string Hash => _hash.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);

    public void Note(string actor, FormattableString what)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
                $"{schedule.Elapsed.TotalSeconds,10:0.0000}  {actor,-8}  {what.ToString(CultureInfo.InvariantCulture)}");
        _hash.Append(Encoding.UTF8.GetBytes(line));
        _lines.Enqueue(line);
        if (!keep && _lines.Count > NewestKept)
        {
            _lines.Dequeue();
        }
    }
}
