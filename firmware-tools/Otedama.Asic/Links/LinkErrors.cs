using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>What the system said, as a sentence about a link.</summary>
internal static class LinkErrors
{
    public static LinkException Of(PortException e, string link, string doing) =>
        new(FaultOf(e.Fault), link, $"{link}: {doing} failed: {e.Message}. {NextStep(FaultOf(e.Fault))}", e);

    public static LinkException Closed(string link) => new(LinkFault.Gone, link, $"{link}: it was closed.");

    public static LinkException TookTooLong(string link, int done, int all, TimeSpan wait) =>
        new(LinkFault.Timeout, link, FormattableString.Invariant(
            $"{link}: the device took {done} of {all} bytes in {wait.TotalMilliseconds:F0} ms. ")
            + NextStep(LinkFault.Timeout));

    public static LinkFault FaultOf(PortFault fault) => fault switch
    {
        PortFault.Missing => LinkFault.Missing,
        PortFault.Busy => LinkFault.Busy,
        PortFault.Denied => LinkFault.Permission,
        PortFault.Gone => LinkFault.Gone,
        PortFault.Stalled => LinkFault.Stalled,
        PortFault.Timeout => LinkFault.Timeout,
        PortFault.Unsupported => LinkFault.Unsupported,
        _ => LinkFault.Io,
    };

    public static string NextStep(LinkFault fault) => fault switch
    {
        LinkFault.Missing => "`otedama asic list` shows what there is.",
        LinkFault.Busy => "Close the program that uses it.",
        LinkFault.Gone => "Plug it in again; it is found by its serial number.",
        LinkFault.Timeout => "Check its power and its cable.",
        LinkFault.Unsupported => "Choose another rate or another port.",
        _ => "Unplug it, plug it in again and repeat.",
    };
}
