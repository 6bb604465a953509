using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Asic;

/// <summary>How a reply came to its end.</summary>
public enum ReplyEnd
{
    Nul,

    /// <summary>The device closed.</summary>
    Closed,

    /// <summary>The brackets were balanced and nothing more came for a while.</summary>
    Balanced,

    /// <summary>The time was up with a part of it there.</summary>
    Deadline,
}

public sealed record ApiRawReply(byte[] Bytes, ReplyEnd End);

/// <summary>One request and one reply over a connection of its own, as the cgminer API wants it.</summary>
public sealed class SocketExchange(TimeProvider clock, DeviceGates gates)
{
    /// <summary>cgminer's own buffer; what is longer is not read.</summary>
    public const int ReplyLimit = 64 * 1024;

    /// <summary>The daemon takes one recv of at most this.</summary>
    public const int RequestLimit = 4095;

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_all = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    public DeviceGates Gates => gates;

    /// <summary>
    /// Writes the request in one piece and reads until NUL, the end, or balanced brackets and 200 ms of silence; at
    /// most 5 s
    /// from the turn on. Throws FleetException.
    /// </summary>
    public async Task<ApiRawReply> AskAsync(IPEndPoint device, ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        if (request.Length > RequestLimit)
        {
            throw new FleetException(
                FleetFault.Unsupported, device.ToString(),
                    $"{device}: the request has {request.Length} bytes; this interface takes {RequestLimit}.");
        }
        using IDisposable turn = await gates.EnterAsync(device, cancel);
        using CancellationTokenSource deadline = new(s_all, clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        using Socket socket = await ConnectAsync(device, both.Token, cancel);
        ApiReplyReader reader = new();
        try
        {
            int sent = 0;
            while (sent < request.Length)
            {
                sent += await socket.SendAsync(request[sent..], both.Token);
            }
            return await ReadAsync(socket, reader, device, both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return reader.Count > 0
                ? new ApiRawReply(reader.ToArray(), ReplyEnd.Deadline)
                : throw new FleetException(
                    FleetFault.Timeout, device.ToString(),
                        $"{device}: no reply in {s_all.TotalSeconds:0} s. Is another program connected to it?");
        }
        catch (SocketException e)
        {
            return reader.Count > 0
                ? new ApiRawReply(reader.ToArray(), ReplyEnd.Closed)
                : throw new FleetException(
                    FleetFault.Unreachable, device.ToString(),
                    $"{device}: the connection broke ({SocketWords.Of(e.SocketErrorCode)}).",
                    e);
        }
    }

    /// <summary>Connects within a second. Throws FleetException.</summary>
    public async Task<Socket> ConnectAsync(IPEndPoint device, CancellationToken within, CancellationToken cancel)
    {
        Socket socket = new(device.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource deadline = new(s_connect, clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(within, deadline.Token);
        try
        {
            await socket.ConnectAsync(device, both.Token);
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancel.ThrowIfCancellationRequested();
            string why = e is SocketException refused ? SocketWords.Of(refused.SocketErrorCode) : "no answer in 1 s";
            throw new FleetException(
                FleetFault.Unreachable, device.ToString(),
                $"{device}: cannot connect ({why}). Is it on, and is this port open?", e);
        }
    }

    private async Task<ApiRawReply> ReadAsync(
        Socket socket, ApiReplyReader reader, IPEndPoint device, CancellationToken cancel)
    {
        byte[] buffer = new byte[8192];
        while (true)
        {
            int count;
            if (reader.IsBalanced)
            {
                using CancellationTokenSource idle = new(s_idle, clock);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(
                    cancel, idle.Token);
                try
                {
                    count = await socket.ReceiveAsync(buffer, either.Token);
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    return new ApiRawReply(reader.ToArray(), ReplyEnd.Balanced);
                }
            }
            else
            {
                count = await socket.ReceiveAsync(buffer, cancel);
            }
            if (count == 0)
            {
                return reader.Count > 0
                    ? new ApiRawReply(reader.ToArray(), ReplyEnd.Closed)
                    : throw new FleetException(
                        FleetFault.Unreachable, device.ToString(),
                        $"{device}: it closed without a reply. Its API may not allow this machine's address "
                            + $"(api-allow).");
            }
            bool ended = reader.Add(buffer.AsSpan(0, count));
            if (reader.Count > ReplyLimit)
            {
                throw new FleetException(
                    FleetFault.TooBig, device.ToString(),
                        $"{device}: the reply is longer than {ReplyLimit} bytes and was not read further.");
            }
            if (ended)
            {
                return new ApiRawReply(reader.ToArray(), ReplyEnd.Nul);
            }
        }
    }
}

/// <summary>Collects a reply and knows when its brackets are balanced.</summary>
internal sealed class ApiReplyReader
{
    private readonly List<byte> _bytes = [];
    private int _depth;
    private bool _began;
    private bool _inString;
    private bool _escaped;
    private bool _isText;
    private byte _last;

    public int Count => _bytes.Count;

    /// <summary>As far as it came it could be the whole.</summary>
    public bool IsBalanced => _began && (_isText ? _last == '|' : _depth <= 0 && !_inString);

    public byte[] ToArray() => [.. _bytes];

    public string Text => Encoding.UTF8.GetString(ToArray());

    /// <returns>True when a NUL ended it.</returns>
    public bool Add(ReadOnlySpan<byte> bytes)
    {
        int nul = bytes.IndexOf((byte)0);
        ReadOnlySpan<byte> part = nul < 0 ? bytes : bytes[..nul];
        foreach (byte here in part)
        {
            Look(here);
        }
        _bytes.AddRange(part);
        return nul >= 0;
    }

    private void Look(byte here)
    {
        if (!_began)
        {
            if (here <= 0x20)
            {
                return;
            }
            _began = true;
            _isText = here is not ((byte)'{' or (byte)'[');
        }
        _last = here > 0x20 ? here : _last;
        if (_inString)
        {
            (_inString, _escaped) = _escaped ? (true, false) : here switch
            {
                (byte)'\\' => (true, true),
                (byte)'"' => (false, false),
                _ => (true, false),
            };
            return;
        }
        switch (here)
        {
            case (byte)'"':
                _inString = !_isText;
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)'}' or (byte)']':
                _depth--;
                break;
            default:
                break;
        }
    }
}
