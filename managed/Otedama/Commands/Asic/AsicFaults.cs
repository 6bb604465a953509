using Otedama.Asic;

namespace Otedama;

/// <summary>
/// The exit code of what goes wrong with a port, a device or a file, the same for every verb below asic; the table is
/// in docs/operating/asic-ports.md.
/// </summary>
internal static class AsicFaults
{
    /// <summary>Null for what is no fault of a port, a device or a file.</summary>
    public static int? CodeOf(Exception error) => error switch
    {
        LinkException { Fault: LinkFault.Unsupported } => ExitCode.Unsupported,
        LinkException or EspException => ExitCode.Unreachable,
        FleetException { Fault: FleetFault.Unreachable or FleetFault.Timeout } => ExitCode.Unreachable,
        FleetException { Fault: FleetFault.Unsupported } => ExitCode.Unsupported,
        FleetException => ExitCode.BadAnswer,
        FlashException { InnerException: { } inner } when CodeOf(inner) is int code => code,
        FlashException { InnerException: IOException or UnauthorizedAccessException } => ExitCode.Usage, // its file
        FlashException { Fault: FlashFault.Named } => ExitCode.Usage,
        FlashException { Fault: FlashFault.Absent } => ExitCode.Unreachable,
        FlashException => ExitCode.BadAnswer,
        _ => null,
    };

    /// <summary>The verb's sentence in place of the exception.</summary>
    public static CommandException? Of(Exception error) =>
        CodeOf(error) is int code ? new CommandException(code, error.Message) : null;
}
