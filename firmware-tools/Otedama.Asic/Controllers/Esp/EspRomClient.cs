using System.Buffers.Binary;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// Asks the ROM loader of an ESP32-S3, one request at a time. It repeats nothing by itself but the synchronisation; who
/// writes decides what a lost reply means. Throws EspException for a no, LinkException for silence. One thread.
/// </summary>
public sealed class EspRomClient(EspPort port)
{
    /// <summary>Replies to other requests that are passed over.</summary>
    private const int StrayMax = 100;

    private const int SyncsMax = 5;
    private const byte UnknownRequest = 5;

    private static readonly TimeSpan s_syncWait = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_default = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_leave = TimeSpan.FromSeconds(0.2);

    /// <summary>A loader in RAM answers: two bytes of status, larger blocks, MD5 as bytes.</summary>
    public bool IsInRam { get; internal set; }

    /// <summary>Bytes of flash that one data request carries.</summary>
    public int BlockLength => IsInRam ? EspRequest.StubBlockLength : EspRequest.BlockLength;

    /// <summary>Time for so many bytes at a rate a MiB, and not less than the default.</summary>
    public static TimeSpan TimeFor(long bytes, double secondsPerMebibyte)
    {
        TimeSpan wait = TimeSpan.FromSeconds(bytes * secondsPerMebibyte / (1 << 20));
        return wait > s_default ? wait : s_default;
    }

    /// <summary>Five tries of a tenth of a second. False when nothing answers as the ROM does.</summary>
    /// <param name="inRam">True when a loader in RAM answers; it counts as an answer only while IsInRam says
    /// so.</param>
    public bool TrySync(out bool inRam)
    {
        inRam = false;
        byte[] request = EspRequest.Sync();
        for (int i = 0; i < SyncsMax; i++)
        {
            port.Discard();
            port.Send(request);
            if (ReplyTo(EspOp.Sync, s_syncWait) is { Error: 0 } reply)
            {
                inRam = reply.Value == 0;
                port.Quiet(s_quiet); // it answers eight times
                return inRam == IsInRam;
            }
        }
        return false;
    }

    public uint ReadReg(uint address) => Ask(EspRequest.ReadReg(address)).Value;

    public void WriteRegs(params ReadOnlySpan<(uint Address, uint Value)> writes) => Ask(EspRequest.WriteRegs(writes));

    public EspSecurity SecurityInfo()
    {
        byte[] data = Ask(EspRequest.SecurityInfo()).Data;
        return data.Length >= 20
            ? new EspSecurity(
            BinaryPrimitives.ReadUInt32LittleEndian(data),
            (int)BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(12)))
            : throw new EspException(
            $"{port.Name}: the chip answers its security information with {data.Length} bytes; an ESP32-S3 sends 20. "
            + "Is it another chip?");
    }

    public void SpiAttach() => Ask(EspRequest.SpiAttach(IsInRam));

    public void SpiSetParams(uint size) => Ask(EspRequest.SpiSetParams(size));

    /// <summary>Erases.</summary>
    public void FlashBegin(uint size, uint address) =>
        Ask(EspRequest.FlashBegin(size, address, IsInRam), TimeFor(size, 40));

    public void FlashData(uint sequence, ReadOnlySpan<byte> block) =>
        Ask(EspRequest.FlashData(sequence, block), TimeFor(block.Length, 40));

    public void DeflBegin(uint size, uint compressed, uint address) =>
        Ask(EspRequest.DeflBegin(size, compressed, address, IsInRam), TimeFor(size, 40));

    /// <param name="inflated">Bytes of flash this block may become.</param>
    public void DeflData(uint sequence, ReadOnlySpan<byte> block, long inflated) =>
        Ask(EspRequest.DeflData(sequence, block), TimeFor(inflated, 40));

    /// <summary>Of what is in the flash, 32 hex digits in lower case.</summary>
    public string FlashMd5(uint address, uint size)
    {
        byte[] data = Ask(EspRequest.FlashMd5(address, size), TimeFor(size, 8)).Data;
        string text = IsInRam ? Convert.ToHexStringLower(data) : Encoding.ASCII.GetString(data).ToLowerInvariant();
        return text.Length == 32 && text.All(char.IsAsciiHexDigit)
            ? text
            : throw new EspException(
            $"{port.Name}: the chip answers an MD5 with {data.Length} bytes that are not 32 hex digits.");
    }

    /// <summary>The reply comes at the old rate; the caller changes the link's after it.</summary>
    public void ChangeBaud(uint rate, uint old) => Ask(EspRequest.ChangeBaud(rate, IsInRam ? old : 0));

    /// <summary>Puts bytes into memory.</summary>
    public void Load(uint address, ReadOnlySpan<byte> bytes)
    {
        Ask(EspRequest.MemBegin((uint)bytes.Length, address));
        uint sequence = 0;
        for (int at = 0; at < bytes.Length; at += EspRequest.MemBlockMax)
        {
            Ask(EspRequest.MemData(sequence++, bytes.Slice(at, Math.Min(EspRequest.MemBlockMax, bytes.Length - at))));
        }
    }

    /// <summary>Runs from there. The ROM may be gone before its reply is; whoever runs says so himself.</summary>
    public void RunAt(uint entry)
    {
        port.Send(EspRequest.MemEnd(entry));
        ReplyTo(EspOp.MemEnd, s_leave);
    }

    /// <summary>A loader in RAM then sends the bytes as frames.</summary>
    public void ReadFlash(uint address, uint size, uint block, uint inFlight) =>
        Ask(EspRequest.ReadFlash(address, size, block, inFlight));

    private EspReply Ask(ReadOnlySpan<byte> request, TimeSpan? wait = null)
    {
        EspOp op = (EspOp)request[1];
        port.Send(request);
        TimeSpan patience = wait ?? s_default;
        EspReply reply = ReplyTo(op, patience)
            ?? throw new LinkException(
            LinkFault.Timeout, port.Name,
            $"{port.Name}: the chip did not answer {op} in {patience.TotalSeconds:F1} s.");
        if (reply.Error == UnknownRequest)
        {
            port.Quiet(s_quiet); // it may say so several times
        }
        return reply.Error == 0
            ? reply
            : throw new EspException(
            $"{port.Name}: the chip refused {op}: {EspReply.Meaning(reply.Error)} (error {reply.Error:X2}h).",
            reply.Error);
    }

    private EspReply? ReplyTo(EspOp op, TimeSpan wait)
    {
        TimeSpan began = port.Clock;
        for (int i = 0; i < StrayMax; i++)
        {
            TimeSpan left = wait - (port.Clock - began); // of all replies together: strays do not make it longer
            if (left <= TimeSpan.Zero || port.Receive(left) is not { } packet)
            {
                return null;
            }
            if (EspReply.Read(packet, IsInRam) is { } reply && reply.Op == op)
            {
                port.Heard();
                return reply;
            }
        }
        return null;
    }
}

/// <param name="Flags">Bit 0 secure boot, bit 2 secure download.</param>
/// <param name="ChipId">9 = ESP32-S3.</param>
public readonly record struct EspSecurity(uint Flags, int ChipId)
{
    public bool SecureBoot => (Flags & 1) != 0;

    public bool SecureDownload => (Flags & 4) != 0;
}
