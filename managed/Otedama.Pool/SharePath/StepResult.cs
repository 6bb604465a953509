namespace Otedama.Pool;

/// <summary>What one call of a step of the share path did.</summary>
public enum StepResult
{
    /// <summary>There was nothing to do.</summary>
    Idle,

    /// <summary>Something was done; there may be more.</summary>
    Done,

    /// <summary>Something is to do that has to wait for the disk.</summary>
    Blocked,
}
