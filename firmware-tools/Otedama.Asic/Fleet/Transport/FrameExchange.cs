using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>
/// A message with its length before it (LE32) there, one back, over a connection of its own: Whatsminer v3.
/// </summary>
public sealed class FrameExchange(TimeProvider clock, SocketExchange sockets)
{
    private static readonly TimeSpan s_all = TimeSpan.FromSeconds(5);

    /// <summary>Throws FleetException; at most SocketExchange.ReplyLimit bytes are read.</summary>
    public async Task<byte[]> AskAsync(IPEndPoint device, ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        using IDisposable turn = await sockets.Gates.EnterAsync(device, cancel);
        using CancellationTokenSource deadline = new(s_all, clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        using Socket socket = await sockets.ConnectAsync(device, both.Token, cancel);
        string at = device.ToString();
        try
        {
            int sent = 0;
            while (sent < frame.Length)
            {
                sent += await socket.SendAsync(frame[sent..], both.Token);
            }
            byte[] head = await FillAsync(socket, 4, at, both.Token);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(head);
            return length <= SocketExchange.ReplyLimit
                ? await FillAsync(socket, (int)length, at, both.Token)
                : throw new FleetException(
                    FleetFault.TooBig, at, $"{at}: it announces a reply of {length} bytes; "
                    + $"{SocketExchange.ReplyLimit} are read.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new FleetException(FleetFault.Timeout, at, $"{at}: no whole reply in {s_all.TotalSeconds:0} s.");
        }
        catch (SocketException e)
        {
            throw new FleetException(
                FleetFault.Unknown, at, $"{at}: the connection broke ({SocketWords.Of(e.SocketErrorCode)}).", e);
        }
    }

    private static async Task<byte[]> FillAsync(Socket socket, int count, string at, CancellationToken cancel)
    {
        byte[] bytes = new byte[count];
        int have = 0;
        while (have < count)
        {
            int got = await socket.ReceiveAsync(bytes.AsMemory(have), cancel);
            if (got == 0)
            {
                throw new FleetException(
                    FleetFault.Truncated, at, $"{at}: the reply broke off after {have} of {count} bytes.");
            }
            have += got;
        }
        return bytes;
    }
}
