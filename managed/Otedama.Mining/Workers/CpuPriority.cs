namespace Otedama.Mining;

/// <summary>How CPU workers compete with the rest of the machine.</summary>
public enum CpuPriority
{
    /// <summary>Only when nothing else wants the processor (nice 19).</summary>
    Idle,

    /// <summary>Behind ordinary work, so that a new job is handled at once (nice 10).</summary>
    Low,

    /// <summary>As any program (nice 0).</summary>
    Normal,
}
