using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Which difficulty each job was sent with: a share is graded by that of its job. Keeps the last few changes; older
/// jobs are stale by then.
/// </summary>
public sealed class DifficultyHistory
{
    /// <summary>How long the easier value still counts after an increase, seconds.</summary>
    public const double GraceSeconds = 30;

    private const int Depth = 8;

    private readonly Epoch[] _epochs = new Epoch[Depth];
    private int _count;

    public bool IsEmpty => _count == 0;

    public double Current => _count == 0 ? 0 : Newest.Difficulty;

    public uint CurrentFirstJob => _count == 0 ? 0 : Newest.FirstJob;

    private ref Epoch Newest => ref _epochs[(_count - 1) % Depth];

    /// <summary>Jobs from firstJob on carry this difficulty.</summary>
    public void Add(uint firstJob, double difficulty, Target target, double now)
    {
        _epochs[_count % Depth] = new Epoch(firstJob, difficulty, target, now);
        _count++; // at most one change in 3 s: lasts 200 years
    }

    /// <summary>The target of a job, and the easier one that is still accepted (zero = none).</summary>
    public (Target Target, Target Grace) For(uint job, double now)
    {
        int oldest = Math.Max(0, _count - Depth);
        for (int i = _count - 1; i >= oldest; i--)
        {
            ref Epoch epoch = ref _epochs[i % Depth];
            if (i == oldest || unchecked((int)(job - epoch.FirstJob)) >= 0)
            {
                bool hasGrace = i > oldest && now - epoch.At < GraceSeconds && _epochs[(i - 1) % Depth].Target > epoch.Target;
                return (epoch.Target, hasGrace ? _epochs[(i - 1) % Depth].Target : default);
            }
        }
        return default;
    }

    private readonly record struct Epoch(uint FirstJob, double Difficulty, Target Target, double At);
}
