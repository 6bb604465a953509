using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// Waits for what a dialler says first, before anything is spent on it: until then a connection costs its socket alone.
/// </summary>
internal static class FirstHello
{
    /// <summary>A ClientHello of ours has 300 bytes, with a post-quantum key 1,700.</summary>
    private const int BytesMax = 4_096;

    private const int RecordHeader = 5;

    private const byte HandshakeRecord = 22;

    /// <summary>
    /// The bytes of a whole first record, and what may have come with it; otherwise none and why. The socket is left
    /// open. within: for all of it.
    /// </summary>
    public static async Task<(byte[] Bytes, PeerRefusal Refusal)> ReadAsync(
        Socket socket, TimeSpan within, TimeProvider time)
    {
        using CancellationTokenSource patience = new(within, time);
        try
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, patience.Token); // without a buffer while nothing comes
            byte[] bytes = new byte[BytesMax];
            for (int have = 0; ;)
            {
                int count = await socket.ReceiveAsync(bytes.AsMemory(have), patience.Token);
                have += count;
                if (count == 0)
                {
                    return ([], PeerRefusal.TlsFailed); // it went without a word, or in the middle of one
                }
                if (bytes[0] != HandshakeRecord || RecordBytes(bytes, have) > BytesMax)
                {
                    return ([], PeerRefusal.NotTls);
                }
                if (have >= RecordBytes(bytes, have))
                {
                    return (bytes[..have], PeerRefusal.None);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return ([], PeerRefusal.HandshakeTimeout);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return ([], PeerRefusal.TlsFailed);
        }
    }

    /// <summary>As its header says; until that is there, one more than we have.</summary>
    private static int RecordBytes(byte[] bytes, int have) =>
        have < RecordHeader ? have + 1 : RecordHeader + (bytes[3] << 8) + bytes[4];
}
