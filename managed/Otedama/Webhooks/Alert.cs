namespace Otedama;

/// <summary>Something an operator wants to be told, as it is sent: one sentence, and the facts for programs.</summary>
internal sealed record Alert
{
    public int Schema { get; init; } = 1;

    /// <summary>One of AlertKind.</summary>
    public required string Event { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The sentence. Chat services show this field, or the next one of the same content.</summary>
    public required string Text { get; init; }

    public string Content => Text;

    /// <summary>The worker that is meant; null when it is no worker's matter.</summary>
    public string? Worker { get; init; }

    /// <summary>The pool that is meant, by its name in the configuration; null when it is no pool's matter.</summary>
    public string? Pool { get; init; }

    /// <summary>The ASIC that is meant, by its id; null when it is none's matter, or that of several.</summary>
    public string? Device { get; init; }

    /// <summary>The alarm of an ASIC and how much it matters: notice, warning, critical, security; null elsewhere.</summary>
    public string? Alarm { get; init; }

    public string? Severity { get; init; }

    public int? Height { get; init; }

    public string? Hash { get; init; }
}

/// <summary>The words of the setting webhook.events.</summary>
internal static class AlertKind
{
    public const string BlockFound = "block_found";
    public const string WorkerDown = "worker_down";
    public const string WorkerUp = "worker_up";
    public const string NoWork = "no_work";
    public const string WorkAgain = "work_again";

    public const string AsicAlarm = "asic_alarm";
    public const string AsicOver = "asic_over";
    public const string AsicSecurity = "asic_security";

    public static IReadOnlyList<string> All { get; } =
        [BlockFound, WorkerDown, WorkerUp, NoWork, WorkAgain, AsicAlarm, AsicOver, AsicSecurity];
}
