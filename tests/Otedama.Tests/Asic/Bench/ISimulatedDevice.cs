namespace Otedama.Tests.Asic;

/// <summary>A device as bytes see it: no socket, no clock of its own. One thread at a time.</summary>
public interface ISimulatedDevice
{
    /// <summary>The host sent these at that rate (bits a second; 0 = the link has none).</summary>
    void Receive(ReadOnlySpan<byte> bytes, int rate);

    /// <summary>What the device sends now, at most that much; 0 = nothing yet. garbled = it speaks at another rate than the host listens.</summary>
    int Take(Span<byte> into, int rate);

    /// <summary>Modem lines as the host sets them.</summary>
    void SetLines(bool dataTerminalReady, bool requestToSend)
    {
    }
}
