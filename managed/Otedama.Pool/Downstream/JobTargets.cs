using System.Diagnostics.CodeAnalysis;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A difficulty and the target it stands for.</summary>
public sealed record Grade(double Difficulty, Target Target);

/// <summary>
/// By which target each job of one session is graded: fixed when the job is sent, and kept as long as the job book keeps
/// jobs. Keyed by the work a job is about, so that a job repeated under a new id keeps its target. Used under the session's
/// lock.
/// </summary>
public sealed class JobTargets
{
    private const int FirstSlots = 8;

    private uint[] _works = new uint[FirstSlots];
    private Grade?[] _grades = new Grade?[FirstSlots];
    private int _count;
    private int _next; // where the next one goes; the newest is before it

    /// <summary>What the newest job was sent with; null before the first.</summary>
    public Grade? Current { get; private set; }

    public bool TryGet(uint work, [NotNullWhen(true)] out Grade? grade)
    {
        int mask = _works.Length - 1;
        for (int i = 1; i <= _count; i++)
        {
            int slot = (_next - i) & mask;
            if (_works[slot] == work)
            {
                grade = _grades[slot]!;
                return true;
            }
        }
        grade = null;
        return false;
    }

    /// <summary>A job of this work is sent; a work that has a target already keeps it. The oldest is forgotten when all places are taken.</summary>
    public void Add(uint work, Grade grade)
    {
        if (TryGet(work, out Grade? known))
        {
            Current = known;
            return;
        }
        if (_count == _works.Length && _count < JobBookOptions.SharedCapacity)
        {
            Resize(2 * _count);
        }
        _works[_next] = work;
        _grades[_next] = grade;
        _next = (_next + 1) & (_works.Length - 1);
        _count = Math.Min(_count + 1, _works.Length);
        Current = grade;
    }

    /// <summary>A copy of the newest: what a session that waits to be resumed needs.</summary>
    public JobTargets Newest()
    {
        JobTargets copy = new() { _works = _works, _grades = _grades, _count = _count, _next = _next, Current = Current };
        copy.Resize(FirstSlots);
        return copy;
    }

    /// <summary>Moves the newest entries to the beginning of arrays of another size.</summary>
    private void Resize(int slots)
    {
        uint[] works = new uint[slots];
        Grade?[] grades = new Grade?[slots];
        int kept = Math.Min(_count, slots);
        for (int i = 0; i < kept; i++)
        {
            int from = (_next - kept + i) & (_works.Length - 1);
            (works[i], grades[i]) = (_works[from], _grades[from]);
        }
        (_works, _grades, _count, _next) = (works, grades, kept, kept & (slots - 1));
    }
}
