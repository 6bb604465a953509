using Microsoft.Extensions.Logging;

namespace Otedama;

internal static partial class InstanceLog
{
    [LoggerMessage(Level = LogLevel.Information, EventName = "gpu_checks", Message = "{Sentence}")]
    public static partial void CardChecks(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "gpu_checks_nothing", Message = "{Sentence}")]
    public static partial void CardChecksNothing(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "gpu_tuning_file", Message = "{Sentence}")]
    public static partial void GpuTuning(ILogger log, string sentence);

    [LoggerMessage(Level = LogLevel.Information, EventName = "otedama_begins",
        Message = "otedama {Version}, {Configuration}")]
    public static partial void Begins(ILogger logger, string version, string configuration);

    [LoggerMessage(Level = LogLevel.Information, EventName = "configuration_reloaded",
        Message = "configuration read again; in effect now: {Applied}; needs a restart: {Waiting}")]
    public static partial void Reloaded(ILogger logger, string applied, string waiting);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "configuration_reload_note", Message = "{Sentence}")]
    public static partial void ReloadNote(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Information, EventName = "rig_switched",
        Message = "{Rig} mines {Algorithm} instead of {Before}, on {Pools}, by command until the next reload or "
            + "restart")]
    public static partial void Switched(ILogger logger, string rig, string algorithm, string before, string pools);

    [LoggerMessage(Level = LogLevel.Error, EventName = "rig_not_switched", Message = "{Rig} was not switched: "
        + "{Problem}")]
    public static partial void NotSwitched(ILogger logger, string rig, string problem);

    [LoggerMessage(Level = LogLevel.Error, EventName = "rig_not_started_again", Message = "{Sentence}")]
    public static partial void NotStartedAgain(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Error, EventName = "configuration_not_reloaded",
        Message = "configuration not read again, the one before stays: {Problem}")]
    public static partial void NotReloaded(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, EventName = "instance_started",
        Message = "started: {Parts}, data in {DataDir}")]
    public static partial void Started(ILogger logger, string parts, string dataDir);

    [LoggerMessage(Level = LogLevel.Information, EventName = "instance_stopping",
        Message = "stopping: workers first, then miners, then the chain")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, EventName = "instance_stopped",
        Message = "stopped after {Seconds:0.0} s")]
    public static partial void Stopped(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "configuration_warning",
        Message = "{Warning}")]
    public static partial void ConfigurationWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Information, EventName = "pool_engine",
        Message = "Miners' connections are served by {Engine}")]
    public static partial void PoolEngine(ILogger logger, string engine);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "public_bind",
        Message = "{Host} is reachable from other machines; {Advice}")]
    public static partial void PublicBind(ILogger logger, string host, string advice);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "part_not_stopped",
        Message = "{Part} did not stop cleanly")]
    public static partial void PartFailedToStop(ILogger logger, Exception error, string part);

    [LoggerMessage(Level = LogLevel.Error, EventName = "plugin_failed",
        Message = "{Failure} ({Unsaid} more since the last such line)")]
    public static partial void PluginFailed(ILogger logger, string failure, long unsaid);

    [LoggerMessage(Level = LogLevel.Information, EventName = "certificate_renewed",
        Message = "the pool's certificate was read again; it is valid until {Until:u}")]
    public static partial void CertificateRenewed(ILogger logger, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Error, EventName = "certificate_kept",
        Message = "the pool's certificate could not be read again, the one in use stays: {Reason}")]
    public static partial void CertificateKept(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "instance_not_announced",
        Message = "stats, monitor and the other verbs will not find this instance, because {File} cannot be written: {Reason}. Free some space on that disk and restart.")]
    public static partial void NotAnnounced(ILogger logger, string file, string reason);
}
