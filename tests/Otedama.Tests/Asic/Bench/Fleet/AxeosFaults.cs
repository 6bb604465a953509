namespace Otedama.Tests.Asic;

/// <summary>What goes wrong on an AxeOS device; each as users and its source report it.</summary>
internal sealed class AxeosFaults
{
    /// <summary>The upload is read no further from that percentage on and the only server task hangs until power is cut.</summary>
    public int? StallAtPercent { get; set; }

    /// <summary>The connection is reset at that percentage; below 100 nothing was activated, at 100 it was and the reply is lost.</summary>
    public int? ResetAtPercent { get; set; }

    /// <summary>The device restarts at that percentage: the old slot boots.</summary>
    public int? RestartAtPercent { get; set; }

    /// <summary>It answers success and boots what it ran before.</summary>
    public bool SilentlyKeepsOld { get; set; }

    /// <summary>esp_ota_begin fails, which aborts the whole chip.</summary>
    public bool BeginAborts { get; set; }

    /// <summary>The new image starts and never serves again, until POST boot, which cannot come, or power and serial.</summary>
    public bool NewImageDoesNotStart { get; set; }

    /// <summary>What the new image says it is; null = the same board.</summary>
    public string? BoardAfterUpdate { get; set; }

    /// <summary>Its rate after the update, as a part of the rate before.</summary>
    public double RateAfterUpdate { get; set; } = 1;

    /// <summary>Pool user after the update, as a factory image sets its project's own.</summary>
    public string? UserAfterUpdate { get; set; }

    /// <summary>Waits that long between blocks of an upload.</summary>
    public TimeSpan PerBlock { get; set; }

    /// <summary>The web partition's upload breaks at that percentage and leaves it erased.</summary>
    public int? WebBreaksAtPercent { get; set; }

    /// <summary>All requests answer 401, as for a public address.</summary>
    public bool RefusesAddress { get; set; }

    /// <summary>Older firmware: no such path.</summary>
    public HashSet<string> MissingPaths { get; } = [];

    /// <summary>Older firmware: no such fields in info.</summary>
    public HashSet<string> MissingFields { get; } = [];

    /// <summary>Hosts of pools that never answer: the device goes to its fallback.</summary>
    public HashSet<string> DeadPools { get; } = [];
}
