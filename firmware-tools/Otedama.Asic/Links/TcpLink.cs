using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>
/// A serial port on another machine, as ser2net and ESP-Link offer it: bytes and nothing else. Its rate is set over
/// there, and it has no modem lines.
/// </summary>
public sealed class TcpLink : ILink
{
    /// <summary>A wait asks between such pieces whether it was closed meanwhile.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(50);

    /// <summary>What is thrown away at once; a device that sends without end does not keep us here.</summary>
    private const int DiscardMax = 1 << 20;

    private readonly Socket _socket;
    private volatile bool _closed;

    private TcpLink(Socket socket, string name)
    {
        _socket = socket;
        Name = name;
    }

    public string Name { get; }

    /// <summary>
    /// Connects. LinkException: Missing (no such name, refused, no way there), Timeout, Io.
    /// </summary>
    public static TcpLink Open(string host, int port, TimeSpan wait)
    {
        string shown = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        string name = FormattableString.Invariant($"tcp://{shown}:{port}");
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using CancellationTokenSource over = new(wait);
            Task connecting = IPAddress.TryParse(host, out IPAddress? address)
                ? socket.ConnectAsync(address, port, over.Token).AsTask()
                : socket.ConnectAsync(host, port, over.Token).AsTask();
            connecting.GetAwaiter().GetResult();
            socket.NoDelay = true;
            return new TcpLink(socket, name);
        }
        catch (OperationCanceledException e)
        {
            socket.Dispose();
            throw new LinkException(LinkFault.Timeout, name, FormattableString.Invariant(
                $"{name}: no connection in {wait.TotalSeconds:F0} s. ")
                + "Check that the machine is on and its address is right.", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LinkException(
                LinkFault.Missing, name,
                $"{name}: {e.Message}. Check the address, and that the serial server runs there.", e);
        }
    }

    public int Read(Span<byte> into, TimeSpan wait)
    {
        if (into.IsEmpty || !Await(SelectMode.SelectRead, wait))
        {
            return 0;
        }
        try
        {
            int count = _socket.Receive(into);
            return count > 0 ? count : throw Gone(null);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        long began = Stopwatch.GetTimestamp();
        for (int done = 0; done < bytes.Length;)
        {
            TimeSpan left = wait - Stopwatch.GetElapsedTime(began);
            if (!Await(SelectMode.SelectWrite, left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                throw LinkErrors.TookTooLong(Name, done, bytes.Length, wait);
            }
            try
            {
                done += SendSome(bytes[done..]);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                throw Gone(e);
            }
        }
    }

    /// <summary>Nothing tells when bytes leave the other machine.</summary>
    public void Drain(TimeSpan wait)
    {
    }

    public void Discard()
    {
        Span<byte> away = stackalloc byte[1024];
        for (int all = 0, count = 1; count > 0 && all < DiscardMax; all += count)
        {
            count = Read(away, TimeSpan.Zero);
        }
    }

    /// <summary>A socket has no rate: it is set where the port is.</summary>
    public void SetRate(int bitsPerSecond)
    {
    }

    public bool SetLines(bool dataTerminalReady, bool requestToSend) => false;

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
    }

    /// <summary>Takes what there is room for: the socket must not wait longer than we were told.</summary>
    private int SendSome(ReadOnlySpan<byte> bytes)
    {
        _socket.Blocking = false;
        try
        {
            int count = _socket.Send(bytes, SocketFlags.None, out SocketError error);
            return error switch
            {
                SocketError.Success => count,
                SocketError.WouldBlock => 0,
                _ => throw new SocketException((int)error),
            };
        }
        finally
        {
            _socket.Blocking = true;
        }
    }

    private bool Await(SelectMode mode, TimeSpan wait)
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                TimeSpan left = wait - Stopwatch.GetElapsedTime(began);
                ObjectDisposedException.ThrowIf(_closed, this);
                if (_socket.Poll(left < TimeSpan.Zero ? TimeSpan.Zero : left < s_slice ? left : s_slice, mode))
                {
                    return true;
                }
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
    }

    private LinkException Gone(Exception? inner) => _closed ? LinkErrors.Closed(Name)
        : new LinkException(LinkFault.Gone, Name,
            $"{Name}: the other side closed the connection. Does another program hold the port?", inner);
}
