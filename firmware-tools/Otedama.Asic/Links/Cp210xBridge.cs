using System.Buffers.Binary;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// Silicon Labs CP2102 to CP2108; those with two ports are one interface each. Source: Silicon Labs AN571, the latch of
/// the CP2105 as cgminer uses it.
/// </summary>
internal sealed class Cp210xBridge(IUsbConnection usb, int number) : BridgeChip(usb)
{
    private const byte Enable = 0x00, SetLine = 0x03, SetModem = 0x07, GetStatus = 0x10, Purge = 0x12, GetBaud = 0x1D,
    SetBaud = 0x1E, Vendor = 0xFF;
    private const int EightNoneOne = 0x0800;
    private const int ReceiveQueues = 0x000A;
    private const int WriteLatch = 0x37E1, ReadLatch = 0x00C2, PartNumber = 0x370B;
    private const byte PartCp2105 = 0x05;

    /// <summary>Of the status reply: all of it, and where the number of bytes that wait to be sent stands.</summary>
    private const int StatusBytes = 19, UnsentAt = 12;

    private byte? _part;

    public override void Begin(int rate)
    {
        Send(VendorOutInterface, Enable, 1, number);
        Send(VendorOutInterface, SetModem, 0x0101, number);
        SetRate(rate);
        Send(VendorOutInterface, SetLine, EightNoneOne, number);
        Discard();
    }

    public override void SetRate(int rate)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, rate);
        Send(VendorOutInterface, SetBaud, 0, number, bytes);
        if (Usb.ControlIn(VendorInInterface, GetBaud, 0, (ushort)number, bytes, Patience) == 4)
        {
            RequireNear(rate, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        }
    }

    public override void SetLines(bool dataTerminalReady, bool requestToSend) =>
        Send(VendorOutInterface, SetModem, 0x0300 | (dataTerminalReady ? 1 : 0) | (requestToSend ? 2 : 0), number);

    public override void Discard() => Send(VendorOutInterface, Purge, ReceiveQueues, number);

    public override bool? IsSent()
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        return Usb.ControlIn(VendorInInterface, GetStatus, 0, (ushort)number, status, Patience) < StatusBytes
            ? null : BinaryPrimitives.ReadUInt32LittleEndian(status[UnsentAt..]) == 0;
    }

    /// <summary>The CP2105 takes mask and state as data to the interface, its kin as the index of a request to the
    /// device.</summary>
    public override void SetPins(byte mask, byte levels)
    {
        if (Part() == PartCp2105)
        {
            Send(VendorOutInterface, Vendor, WriteLatch, number, [mask, levels]);
        }
        else
        {
            Send(VendorOut, Vendor, WriteLatch, (levels << 8) | mask);
        }
    }

    public override byte ReadPins()
    {
        Span<byte> pins = stackalloc byte[1];
        (byte type, int index) = Part() == PartCp2105 ? (VendorInInterface, number) : (VendorIn, 0);
        return Usb.ControlIn(type, Vendor, ReadLatch, (ushort)index, pins, Patience) == 1
            ? pins[0] : throw new PortException(PortFault.Other, "the adapter did not say what its pins read");
    }

    public override void End() => Send(VendorOutInterface, Enable, 0, number);

    private byte Part()
    {
        Span<byte> part = stackalloc byte[1];
        return _part ??= Usb.ControlIn(VendorIn, Vendor, PartNumber, (ushort)number, part, Patience) == 1 ? part[0]
            : (byte)0;
    }
}
