using Microsoft.Extensions.Logging;

namespace Otedama;

internal static partial class FleetLog
{
    [LoggerMessage(Level = LogLevel.Warning, EventName = "asic_alarm", Message = "{Alarm} ({Severity}): {Text}")]
    public static partial void Raised(ILogger logger, string alarm, string severity, string text);

    [LoggerMessage(Level = LogLevel.Error, EventName = "asic_security", Message = "security, {Alarm}: {Text}")]
    public static partial void Security(ILogger logger, string alarm, string text);

    [LoggerMessage(Level = LogLevel.Information, EventName = "asic_alarm_over", Message = "{Alarm}: {Text}")]
    public static partial void Over(ILogger logger, string alarm, string text);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "asic_action", Message = "{Sentence}")]
    public static partial void Acted(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Information, EventName = "asic_scanned",
        Message = "{Asked} addresses were asked, {Found} new ASICs found")]
    public static partial void Scanned(ILogger logger, int asked, int found);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "asic_not_searched", Message = "looking for ASICs: {Problem}")]
    public static partial void NotSearched(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error, EventName = "asic_audit_damaged", Message = "audit log: {Sentence}")]
    public static partial void AuditDamaged(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Error, EventName = "asic_not_kept", Message = "{Sentence}")]
    public static partial void NotKept(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "asic_fleet_full",
        Message = "{Address} is not watched: the fleet has {Max} devices already")]
    public static partial void Full(ILogger logger, string address, int max);

    [LoggerMessage(Level = LogLevel.Error, EventName = "asic_actions_stumbled",
        Message = "actions on devices stumbled and go on at the next look")]
    public static partial void ActionsStumbled(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "asic_exec_failed",
        Message = "asic.fleet.exec {Program}: {Problem}")]
    public static partial void ExecFailed(ILogger logger, string program, string problem);

    [LoggerMessage(Level = LogLevel.Error, EventName = "asic_watch_stumbled",
        Message = "the watch over the fleet stumbled and goes on")]
    public static partial void WatchStumbled(ILogger logger, Exception error);
}
