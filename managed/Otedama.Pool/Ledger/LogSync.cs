namespace Otedama.Pool;

/// <summary>When an appended record counts as written.</summary>
public enum LogSync
{
    /// <summary>After the disk has confirmed the group it belongs to: survives a power cut.</summary>
    Group,

    /// <summary>When the operating system has it: survives the death of the process, not of the machine.</summary>
    None,
}
