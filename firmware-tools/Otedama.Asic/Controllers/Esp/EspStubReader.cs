using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>Reads flash through a loader in RAM: frames of a sector, each acknowledged with the bytes so far, then
/// the MD5 of all. One thread.</summary>
internal static class EspStubReader
{
    private const int Block = 0x1000;

    /// <summary>Frames that are under way at once.</summary>
    private const int InFlight = 64;

    private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(3);

    /// <summary>Throws EspException when its MD5 is another, LinkException when frames stop coming.</summary>
    public static byte[] Read(EspRomClient client, EspPort port, uint address, int length)
    {
        client.ReadFlash(address, (uint)length, Block, InFlight);
        byte[] bytes = new byte[length];
        byte[] ack = new byte[4];
        for (int done = 0; done < length;)
        {
            byte[] frame = Next(port, address + (uint)done);
            if (frame.Length > length - done || (frame.Length < Block && done + frame.Length < length))
            {
                throw new EspException(
                    $"{port.Name}: a frame of {frame.Length} bytes came for the flash at {address + done:X}h; {Block} "
                    + "are sent at once. Is the cable good?");
            }
            frame.CopyTo(bytes, done);
            done += frame.Length;
            BinaryPrimitives.WriteInt32LittleEndian(ack, done);
            port.Send(ack);
            port.Heard();
        }
        byte[] told = Next(port, address);
        string md5 = EspMd5.Of(bytes);
        return Convert.ToHexStringLower(told) == md5 ? bytes
            : throw new EspException(
            $"{port.Name}: {length} bytes of flash at {address:X}h came with MD5 {md5}, and the chip gives "
            + $"{Convert.ToHexStringLower(told)}. Is the cable good?");
    }

    private static byte[] Next(EspPort port, uint at) => port.Receive(s_frame)
        ?? throw new LinkException(LinkFault.Timeout, port.Name,
            $"{port.Name}: the chip sent nothing of its flash at {at:X}h for {s_frame.TotalSeconds:F0} s.");
}
