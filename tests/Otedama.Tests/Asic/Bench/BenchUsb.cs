using System.Buffers.Binary;
using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>Ports with simulated devices in them.</summary>
internal sealed class BenchUsb(EagerClock clock) : IUsbPorts
{
    public Dictionary<string, SimulatedDfu> Plugged { get; } = [];

    public int Opened { get; private set; }

    public IUsbControl? Open(string portPath)
    {
        if (!Plugged.TryGetValue(portPath, out SimulatedDfu? device) || !device.Plugged)
        {
            return null;
        }
        Opened++;
        return new Control(this, clock, portPath, device);
    }

    private sealed class Control(BenchUsb usb, EagerClock clock, string path, SimulatedDfu device) : IUsbControl
    {
        private readonly int _generation = device.Generation;
        private bool _claimed;
        private bool _disposed;

        public string Name => $"usb {Vendor:X4}:{Product:X4} at {path}";

        public string PortPath => path;

        public ushort Vendor => device.Vendor;

        public ushort Product => device.Product;

        public ushort Release => device.Release;

        public string? Serial => null;

        public ReadOnlyMemory<byte> Configuration { get; } = device.Configuration();

        public string? Text(byte index) => index >= 4 && index - 4 < device.Texts.Length ? device.Texts[index - 4] : null;

        public void Claim(int number, int alternate)
        {
            Here();
            _claimed = number == 0 && alternate < device.Texts.Length ? true : throw Fault(LinkFault.Missing, "has no such interface");
        }

        public int ControlIn(byte requestType, byte request, ushort value, ushort index, Span<byte> into, TimeSpan wait) =>
            Transfer(requestType, request, value, index, into.Length, [], into, wait);

        public void ControlOut(byte requestType, byte request, ushort value, ushort index, ReadOnlySpan<byte> data, TimeSpan wait) =>
            Transfer(requestType, request, value, index, data.Length, data, [], wait);

        public void Reset()
        {
            Here();
            device.Reset();
            if (device.Generation != _generation)
            {
                throw Fault(LinkFault.Gone, "came back as another device");
            }
        }

        public void Dispose() => _disposed = true;

        private int Transfer(byte type, byte request, ushort value, ushort index, int length, ReadOnlySpan<byte> data, Span<byte> into, TimeSpan wait)
        {
            Here();
            Xunit.Assert.True(_claimed, "a class request without the interface being claimed");
            Span<byte> setup = stackalloc byte[8];
            setup[0] = type;
            setup[1] = request;
            BinaryPrimitives.WriteUInt16LittleEndian(setup[2..], value);
            BinaryPrimitives.WriteUInt16LittleEndian(setup[4..], index);
            BinaryPrimitives.WriteUInt16LittleEndian(setup[6..], (ushort)length);
            BenchReply reply = device.Control(setup, data, into, out int came);
            if (reply == BenchReply.Silent)
            {
                clock.Advance(wait);
            }
            return reply switch
            {
                BenchReply.Done => came,
                BenchReply.Stall => throw Fault(LinkFault.Stalled, "stalled"),
                BenchReply.Silent => throw Fault(LinkFault.Timeout, "does not answer"),
                _ => throw Fault(LinkFault.Gone, "left"),
            };
        }

        private void Here()
        {
            Xunit.Assert.False(_disposed, "a disposed handle is used");
            if (!device.Plugged || device.Generation != _generation || !usb.Plugged.ContainsValue(device))
            {
                throw Fault(LinkFault.Gone, "left");
            }
        }

        private LinkException Fault(LinkFault fault, string what) => new(fault, Name, $"{Name} {what}.");
    }
}
