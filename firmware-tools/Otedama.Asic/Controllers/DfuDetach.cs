namespace Otedama.Asic;

/// <summary>Brings a device from its application into DFU mode and finds it again where it is plugged in.</summary>
public static class DfuDetach
{
    private static readonly TimeSpan s_transfer = TimeSpan.FromSeconds(5);

    /// <summary>Until the device is back in DFU mode: a reset, an enumeration and some slow loaders' start.</summary>
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest timeout the request can carry.</summary>
    private static readonly TimeSpan s_timeoutMost = TimeSpan.FromMilliseconds(ushort.MaxValue);

    /// <summary>
    /// The device in DFU mode, opened; the given one is disposed unless it is already there. Throws DfuException when
    /// it does not come, LinkException when it cannot be opened.
    /// </summary>
    public static async Task<(IUsbControl Usb, DfuInterface Interface)> EnterAsync(
        IUsbPorts ports, IUsbControl usb, int alternate, TimeProvider clock, CancellationToken stop)
    {
        IReadOnlyList<DfuInterface> faces = DfuInterface.Find(usb.Configuration.Span);
        if (Loader(faces, alternate) is { } there)
        {
            return (usb, there);
        }
        DfuInterface? runtime = faces.FirstOrDefault(static face => !face.Loader);
        if (runtime is null)
        {
            throw new DfuException(faces.Count == 0
                ? $"{usb.Name} has no DFU interface (FE/01). Bring it into its loader by its button or jumper, or "
                + "name another device."
                : $"{usb.Name} has no alternate setting {alternate} of its DFU interface; it has "
                + $"{string.Join(", ", faces.Select(static face => face.Alternate))}.");
        }
        string path = usb.PortPath, name = usb.Name;
        using (usb)
        {
            usb.Claim(runtime.Number, runtime.Alternate);
            TimeSpan timeout = runtime.DetachTimeout > TimeSpan.Zero ? runtime.DetachTimeout : TimeSpan.FromSeconds(1);
            Ask(usb, runtime, timeout < s_timeoutMost ? timeout : s_timeoutMost);
            if (!runtime.Abilities.HasFlag(DfuAbilities.WillDetach))
            {
                Reset(usb);
            }
        }
        long start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < s_back)
        {
            await Task.Delay(s_look, clock, stop);
            if (Look(ports, path) is { } back)
            {
                if (Loader(DfuInterface.Find(back.Configuration.Span), alternate) is { } face)
                {
                    return (back, face);
                }
                back.Dispose();
            }
        }
        throw new DfuException(
            $"{name} was told to enter DFU mode and did not come back in it at port {path} within "
            + $"{s_back.TotalSeconds:0} s. Plug it in again, with its loader button held if it has one.");
    }

    private static DfuInterface? Loader(IReadOnlyList<DfuInterface> faces, int alternate) =>
        faces.FirstOrDefault(face => face.Loader && face.Alternate == alternate);

    private static void Ask(IUsbControl usb, DfuInterface runtime, TimeSpan timeout)
    {
        try
        {
            usb.ControlOut(0x21, (byte)DfuRequest.Detach, (ushort)timeout.TotalMilliseconds, runtime.Number, [],
                s_transfer);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Gone)
        {
            // Some leave before they have acknowledged.
        }
    }

    private static void Reset(IUsbControl usb)
    {
        try
        {
            usb.Reset();
        }
        catch (LinkException e) when (e.Fault == LinkFault.Gone)
        {
            // It comes back as another device.
        }
    }

    /// <summary>While a device enumerates, opening it fails for a moment.</summary>
    private static IUsbControl? Look(IUsbPorts ports, string path)
    {
        try
        {
            return ports.Open(path);
        }
        catch (LinkException e) when (e.Fault is LinkFault.Gone or LinkFault.Missing or LinkFault.Busy or LinkFault.Io)
        {
            return null;
        }
    }
}
