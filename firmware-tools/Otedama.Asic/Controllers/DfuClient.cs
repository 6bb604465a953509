namespace Otedama.Asic;

/// <summary>How a download ended.</summary>
public enum DfuEnd
{
    /// <summary>The device took the firmware over and is idle in DFU mode.</summary>
    Idle,

    /// <summary>It asked for a USB reset and got one.</summary>
    Reset,

    /// <summary>It left the bus to start the firmware.</summary>
    Left,
}

/// <summary>
/// The host's side of USB DFU 1.1 on a claimed interface in DFU mode. One call at a time. Throws DfuException when the
/// device says no, LinkException when it does not answer or left; either way it can be flashed again from the
/// beginning.
/// </summary>
public sealed class DfuClient(IUsbControl usb, DfuInterface face, TimeProvider clock)
{
    /// <summary>A control transfer; the device has to answer even while it is busy.</summary>
    private static readonly TimeSpan s_transfer = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait a device may ask for at once, and the least, so that a device that asks for none is not
    /// asked thousands of times.</summary>
    private static readonly TimeSpan s_pollMost = TimeSpan.FromSeconds(10), s_pollLeast = TimeSpan.FromMilliseconds(1);

    /// <summary>For one block, and for taking the firmware over.</summary>
    private static readonly TimeSpan s_block = TimeSpan.FromSeconds(60);

    /// <summary>Attempts to bring it to dfuIDLE; each state is at most two requests away.</summary>
    private const int IdleAttemptsMax = 5;

    /// <summary>Bytes of a block: Linux takes no more in one control transfer.</summary>
    private const int BlockMax = 4096;

    public IUsbControl Usb => usb;

    public DfuInterface Interface => face;

    /// <summary>Bytes of a full block.</summary>
    public int BlockSize => Math.Min((int)face.TransferSize, BlockMax);

    /// <summary>Takes the interface. First of all.</summary>
    public void Claim() => usb.Claim(face.Number, face.Alternate);

    public DfuStatus GetStatus()
    {
        Span<byte> bytes = stackalloc byte[DfuStatus.Length];
        int came;
        try
        {
            came = In(DfuRequest.GetStatus, 0, bytes);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Timeout)
        {
            came = In(DfuRequest.GetStatus, 0, bytes);
        }
        return DfuStatus.Read(bytes[..came]) ?? throw new DfuException(
            $"{usb.Name} answers {Convert.ToHexString(bytes[..came])} when asked for its state; allowed are 6 bytes "
                + "with a state of 0 to 10 in the fifth. Plug it in again.");
    }

    /// <summary>Brings the device to dfuIDLE whatever was begun before.</summary>
    public async Task ToIdleAsync(CancellationToken stop)
    {
        DfuStatus status = GetStatus();
        for (int attempt = 0; status.State != DfuState.Idle; attempt++)
        {
            if (attempt >= IdleAttemptsMax)
            {
                throw new DfuException(
                    $"{usb.Name} stays in {status.State} ({status.Words}) after {IdleAttemptsMax} attempts to bring "
                    + "it to dfuIDLE. Plug it in again and repeat.", status);
            }
            switch (status.State)
            {
                case DfuState.AppIdle or DfuState.AppDetach:
                    throw new DfuException(
                        $"{usb.Name} runs its application ({status.State}) and takes firmware only in DFU mode. "
                        + "Detach it first.", status);
                case DfuState.ManifestWaitReset:
                    throw new DfuException(
                        $"{usb.Name} waits for a reset after firmware it was given before. "
                        + "Plug it in again and repeat.", status);
                case DfuState.Error:
                    Out(DfuRequest.ClearStatus, 0, []);
                    break;
                case DfuState.DownloadBusy or DfuState.Manifest:
                    await WaitAsync(status.Poll, stop);
                    break;
                default:
                    Out(DfuRequest.Abort, 0, []);
                    break;
            }
            status = GetStatus();
        }
    }

    /// <summary>Sends all of it and waits until the device has taken it over.</summary>
    /// <param name="data">Without a suffix.</param>
    /// <param name="confirmed">Told the bytes the device has confirmed so far.</param>
    public async Task<DfuEnd> DownloadAsync(ReadOnlyMemory<byte> data, Action<long>? confirmed, CancellationToken stop)
    {
        Need(DfuAbilities.Download, "take firmware");
        if (data.IsEmpty)
        {
            throw new DfuException(
                "The image has no bytes; a download of none would start the old firmware. Take another image.");
        }
        await ToIdleAsync(stop);
        int block = 0;
        for (int at = 0; at < data.Length; block++)
        {
            int length = Math.Min(BlockSize, data.Length - at);

            // The number counts on from zero after 65535, as the standard has it.
            await WriteBlockAsync(
                (ushort)(block & 0xFFFF), data.Slice(at, length), $"block {block} (bytes {at} to {at + length - 1})",
                stop);
            at += length;
            confirmed?.Invoke(at);
        }
        return await ManifestAsync((ushort)(block & 0xFFFF), stop);
    }

    /// <summary>Reads until the device has no more.</summary>
    /// <param name="most">More than this many bytes are refused.</param>
    public async Task<byte[]> UploadAsync(int most, CancellationToken stop)
    {
        Need(DfuAbilities.Upload, "give its firmware");
        await ToIdleAsync(stop);
        MemoryStream all = new();
        byte[] bytes = new byte[BlockSize];
        for (int block = 0; ; block++)
        {
            stop.ThrowIfCancellationRequested();
            int came = ReadBlock((ushort)(block & 0xFFFF), bytes);
            all.Write(bytes, 0, came);
            if (all.Length > most)
            {
                await ToIdleAsync(stop);
                throw new DfuException(
                    $"{usb.Name} gives more than {most} bytes of firmware; allowed is at most that. It is not read "
                    + "further.");
            }
            if (came < bytes.Length)
            {
                return all.ToArray();
            }
        }
    }

    /// <summary>One block down, and the wait until the device has done with it.</summary>
    /// <param name="doing">Names the step in sentences.</param>
    public async Task WriteBlockAsync(ushort number, ReadOnlyMemory<byte> data, string doing, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            Out(DfuRequest.Download, number, data.Span);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Stalled)
        {
            throw Refused(doing, GetStatus(), e);
        }
        long start = clock.GetTimestamp();
        for (DfuStatus status = GetStatus(); status.State != DfuState.DownloadIdle; status = GetStatus())
        {
            if (status.State is not (DfuState.DownloadBusy or DfuState.DownloadSync)
                || status.Status != DfuStatusCode.Ok)
            {
                throw Refused(doing, status, null);
            }
            if (clock.GetElapsedTime(start) >= s_block)
            {
                throw new DfuException(
                    $"{usb.Name} is busy with {doing} for more than {s_block.TotalSeconds:0} s. Plug it in again and "
                    + "repeat.", status);
            }
            await WaitAsync(status.Poll, stop);
        }
    }

    /// <summary>One block up; fewer bytes than asked for are the last.</summary>
    public int ReadBlock(ushort number, Span<byte> into)
    {
        try
        {
            return In(DfuRequest.Upload, number, into);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Stalled)
        {
            throw Refused($"reading block {number}", GetStatus(), e);
        }
    }

    /// <summary>Ends a download: an empty block, then the wait until the firmware is taken over.</summary>
    public async Task<DfuEnd> ManifestAsync(ushort number, CancellationToken stop)
    {
        const string Doing = "the end of the download";
        bool stays = face.Abilities.HasFlag(DfuAbilities.ManifestationTolerant);
        try
        {
            Out(DfuRequest.Download, number, []);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Stalled)
        {
            throw Refused(Doing, GetStatus(), e);
        }
        long start = clock.GetTimestamp();
        while (true)
        {
            DfuStatus status;
            try
            {
                status = GetStatus();
            }
            catch (LinkException e) when (!stays && e.Fault is LinkFault.Stalled or LinkFault.Gone)
            {
                // One that only stalls may be waiting for the reset that it cannot ask for.
                Reset();
                return DfuEnd.Left;
            }
            catch (LinkException e) when (e.Fault is LinkFault.Stalled or LinkFault.Gone)
            {
                throw new DfuException(
                    $"{usb.Name} left while it took the firmware over, though it says that it stays. What it starts "
                        + "is not known: look at it again, then repeat if need be.", null, e);
            }
            switch (status.State)
            {
                case DfuState.Idle when status.Status == DfuStatusCode.Ok:
                    return DfuEnd.Idle;
                case DfuState.ManifestWaitReset when status.Status == DfuStatusCode.Ok:
                    Reset();
                    return DfuEnd.Reset;
                case DfuState.ManifestSync or DfuState.Manifest when status.Status == DfuStatusCode.Ok:
                    break;
                default:
                    throw Refused(Doing, status, null);
            }
            if (clock.GetElapsedTime(start) >= s_block)
            {
                throw new DfuException(
                    $"{usb.Name} takes longer than {s_block.TotalSeconds:0} s to take the firmware over. Plug it in "
                    + "again and look what it starts.", status);
            }
            await WaitAsync(status.Poll, stop);
        }
    }

    /// <summary>
    /// ST's way out: an empty block, then one GETSTATUS, on which the device starts the program at the address set
    /// before and leaves the bus with or without an answer.
    /// </summary>
    public void Leave(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        Out(DfuRequest.Download, 0, []);
        try
        {
            DfuStatus status = GetStatus();
            if (status.Status != DfuStatusCode.Ok
                || status.State is not (DfuState.Manifest or DfuState.ManifestSync or DfuState.ManifestWaitReset))
            {
                throw Refused("starting the program", status, null);
            }
            if (status.State == DfuState.ManifestWaitReset)
            {
                Reset();
            }
        }
        catch (LinkException e) when (e.Fault is LinkFault.Stalled or LinkFault.Gone)
        {
            // It is gone: that is how most of them leave.
        }
    }

    /// <summary>Back to dfuIDLE from uploading or downloading.</summary>
    public void Abort() => Out(DfuRequest.Abort, 0, []);

    private void Reset()
    {
        try
        {
            usb.Reset();
        }
        catch (LinkException e) when (e.Fault == LinkFault.Gone)
        {
            // It comes back as what it now is; that is what the reset is for.
        }
    }

    private void Need(DfuAbilities ability, string what)
    {
        if (!face.Abilities.HasFlag(ability))
        {
            throw new DfuException(
                $"{usb.Name} says that it cannot {what} (attributes {(int)face.Abilities:X}; bit {(int)ability:X} is "
                + "needed).");
        }
    }

    private DfuException Refused(string doing, DfuStatus status, LinkException? inner)
    {
        if (status.State == DfuState.Error)
        {
            try
            {
                Out(DfuRequest.ClearStatus, 0, []);
            }
            catch (LinkException)
            {
                // The sentence below is about what came first; ToIdleAsync clears it on the next attempt.
            }
        }
        return new($"{usb.Name} refuses {doing}: {status.Words}, state {status.State}. Its loader still runs: repeat, "
            + "or take another image.", status, inner);
    }

    private async Task WaitAsync(TimeSpan asked, CancellationToken stop)
    {
        TimeSpan wait = asked < s_pollLeast ? s_pollLeast : asked > s_pollMost ? s_pollMost : asked;
        await Task.Delay(wait, clock, stop);
    }

    private int In(DfuRequest request, ushort value, Span<byte> into) =>
        usb.ControlIn(0xA1, (byte)request, value, face.Number, into, s_transfer);

    private void Out(DfuRequest request, ushort value, ReadOnlySpan<byte> data) =>
        usb.ControlOut(0x21, (byte)request, value, face.Number, data, s_transfer);
}
