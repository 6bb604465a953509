using Microsoft.Extensions.Logging;

namespace Otedama;

internal static partial class InstanceLog
{
    [LoggerMessage(20, LogLevel.Information, "otedama {Version}, {Configuration}")]
    public static partial void Begins(ILogger logger, string version, string configuration);

    [LoggerMessage(21, LogLevel.Information, "configuration read again; in effect now: {Applied}; needs a restart: {Waiting}")]
    public static partial void Reloaded(ILogger logger, string applied, string waiting);

    [LoggerMessage(22, LogLevel.Error, "configuration not read again, the one before stays: {Problem}")]
    public static partial void NotReloaded(ILogger logger, string problem);

    [LoggerMessage(1, LogLevel.Information, "started: {Parts}, data in {DataDir}")]
    public static partial void Started(ILogger logger, string parts, string dataDir);

    [LoggerMessage(2, LogLevel.Information, "stopping: workers first, then miners, then the chain")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "stopped after {Seconds:0.0} s")]
    public static partial void Stopped(ILogger logger, double seconds);

    [LoggerMessage(4, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(ILogger logger, string warning);

    [LoggerMessage(5, LogLevel.Warning, "{Host} is reachable from other machines; {Advice}")]
    public static partial void PublicBind(ILogger logger, string host, string advice);

    [LoggerMessage(6, LogLevel.Warning, "{Part} did not stop cleanly")]
    public static partial void PartFailedToStop(ILogger logger, Exception error, string part);

    [LoggerMessage(7, LogLevel.Error, "{Failure} ({Unsaid} more since the last such line)")]
    public static partial void PluginFailed(ILogger logger, string failure, long unsaid);

    [LoggerMessage(8, LogLevel.Information, "the pool's certificate was read again; it is valid until {Until:u}")]
    public static partial void CertificateRenewed(ILogger logger, DateTimeOffset until);

    [LoggerMessage(9, LogLevel.Error, "the pool's certificate could not be read again, the one in use stays: {Reason}")]
    public static partial void CertificateKept(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Error, "stats, monitor and the other verbs will not find this instance, because {File} cannot be written: {Reason}. Free some space on that disk and restart.")]
    public static partial void NotAnnounced(ILogger logger, string file, string reason);
}
