using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>
/// Hears devices that report themselves: buttons of Antminers and Whatsminers, answers to a question to the group of
/// cgminer
/// and to mDNS. What is outside of the listed ranges is counted and forgotten.
/// </summary>
public sealed class FleetListener(AddressRanges ranges, TimeProvider clock)
{
    /// <summary>Reports taken in one call; a flood of them is no reason to keep more.</summary>
    private const int ReportsMax = 4096;
    private const int DatagramMax = 9000;

    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly HashSet<DiscoveryReport> _seen = [];
    private readonly Dictionary<IPAddress, IReadOnlyDictionary<string, string>> _txt = [];

    /// <summary>Reports that pointed outside of the ranges, or came from outside for themselves.</summary>
    public int Outside { get; private set; }

    /// <summary>Datagrams that were no report.</summary>
    public int Strange { get; private set; }

    /// <summary>Ports that could not be listened on, with the reason.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>TXT keys of devices found by mDNS.</summary>
    public IReadOnlyDictionary<IPAddress, IReadOnlyDictionary<string, string>> Txt => _txt;

    /// <summary>Ports of the buttons; others in tests.</summary>
    public (int Antminer, int Whatsminer) ButtonPorts
    {
        get; init;
    } = (DiscoveryReports.AntminerPort, DiscoveryReports.WhatsminerPort);

    /// <summary>Asks the groups and hears everybody for that long; each report once.</summary>
    /// <param name="asks">False = only the buttons.</param>
    public async Task<IReadOnlyList<DiscoveryReport>> ListenAsync(TimeSpan time, bool asks, CancellationToken cancel)
    {
        using CancellationTokenSource over = new(time, clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        List<string> problems = [];
        List<Task> hears = [];
        List<Socket> sockets = [];
        try
        {
            Hear(ButtonPorts.Antminer, (bytes, _) => DiscoveryReports.Antminer(bytes.Span));
            Hear(ButtonPorts.Whatsminer, (bytes, _) => DiscoveryReports.Whatsminer(bytes.Span));
            foreach (IPAddress own in asks ? Networks() : [])
            {
                if (Open(0, problems, sockets, own) is { } group)
                {
                    int port = ((IPEndPoint)group.LocalEndPoint!).Port;
                    Ask(group, DiscoveryReports.MulticastQuestion(port),
                        new IPEndPoint(DiscoveryReports.MulticastGroup, DiscoveryReports.MulticastPort),
                        static (bytes, from) => DiscoveryReports.Multicast(bytes.Span, from));
                }
                if (Open(0, problems, sockets, own) is { } names)
                {
                    Ask(names, MdnsMessage.Question(MdnsMessage.AxeosType),
                        new IPEndPoint(DiscoveryReports.MdnsGroup, DiscoveryReports.MdnsPort), Mdns);
                }
            }
            await Task.WhenAll(hears);
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
            Problems = problems;
        }
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return [.. _seen];
        }

        void Ask(Socket socket, byte[] question, IPEndPoint to,
            Func<ReadOnlyMemory<byte>, IPAddress, DiscoveryReport?> read)
        {
            hears.Add(HearAsync(socket, read, both.Token));
            hears.Add(AskAsync(socket, question, to, problems, both.Token));
        }

        void Hear(int port, Func<ReadOnlyMemory<byte>, IPAddress, DiscoveryReport?> read)
        {
            if (Open(port, problems, sockets) is { } socket)
            {
                hears.Add(HearAsync(socket, read, both.Token));
            }
        }
    }

    /// <summary>Own addresses in networks that a listed range lies in: no other network is asked.</summary>
    private IEnumerable<IPAddress> Networks() =>
        from card in NetworkInterface.GetAllNetworkInterfaces()
        where card.OperationalStatus == OperationalStatus.Up
            || card.NetworkInterfaceType == NetworkInterfaceType.Loopback
        from own in card.GetIPProperties().UnicastAddresses
        where own.Address.AddressFamily == AddressFamily.InterNetwork
            && ranges.Touches(own.Address, own.PrefixLength)
        select own.Address;

    /// <summary>Takes one datagram; for whoever has sockets of his own.</summary>
    public void Take(DiscoveryReport? report)
    {
        lock (_gate)
        {
            if (report is null)
            {
                Strange++;
            }
            else if (!ranges.Contains(report.Address))
            {
                Outside++;
            }
            else if (_seen.Count < ReportsMax)
            {
                _seen.Add(report);
            }
        }
    }

    private DiscoveryReport? Mdns(ReadOnlyMemory<byte> bytes, IPAddress from)
    {
        foreach (MdnsService service in MdnsMessage.Read(bytes.Span))
        {
            // An answer may name any address: only the sender's own is believed.
            if (service.Address is null || service.Address.Equals(from))
            {
                if (ranges.Contains(from))
                {
                    lock (_gate)
                    {
                        _txt[from] = service.Txt;
                    }
                }
                return new DiscoveryReport("mdns", from, null, null, service.Name) { WebPort = service.Port };
            }
        }
        return null;
    }

    private async Task HearAsync(
        Socket socket, Func<ReadOnlyMemory<byte>, IPAddress, DiscoveryReport?> read, CancellationToken cancel)
    {
        byte[] buffer = new byte[DatagramMax];
        IPEndPoint any = new(IPAddress.Any, 0);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, cancel);
                Take(read(buffer.AsMemory(0, got.ReceivedBytes), ((IPEndPoint)got.RemoteEndPoint).Address));
            }
            catch (SocketException)
            {
                // A datagram that was too long, or an answer that a port is closed: hear on.
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <param name="own">Address of the network that groups are asked in; null = none is.</param>
    private static Socket? Open(int port, List<string> problems, List<Socket> sockets, IPAddress? own = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            if (own is not null)
            {
                socket.SetSocketOption(
                    SocketOptionLevel.IP, SocketOptionName.MulticastInterface, own.GetAddressBytes());
            }
            sockets.Add(socket);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            problems.Add($"UDP port {port} cannot be listened on ({SocketWords.Of(e.SocketErrorCode)}); reports that "
                + "come there are not heard.");
            return null;
        }
    }

    /// <summary>Again and again, because a question or its answers may be lost.</summary>
    private async Task AskAsync(
        Socket socket, byte[] question, IPEndPoint group, List<string> problems, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await socket.SendToAsync(question, group, cancel);
                await Task.Delay(s_askAgain, clock, cancel);
            }
        }
        catch (SocketException e)
        {
            lock (_gate)
            {
                problems.Add($"{group}: the question to the group could not be sent "
                    + $"({SocketWords.Of(e.SocketErrorCode)}).");
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
    }
}
