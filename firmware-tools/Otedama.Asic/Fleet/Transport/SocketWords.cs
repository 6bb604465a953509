using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>Why a connection is not there, for people.</summary>
public static class SocketWords
{
    public static string Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "nothing listens there",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            "the device broke it off",
        SocketError.HostUnreachable or SocketError.HostDown => "no such machine in the network",
        SocketError.NetworkUnreachable or SocketError.NetworkDown => "no way to that network",
        SocketError.TimedOut => "no answer in time",
        SocketError.AccessDenied => "this machine does not allow it; is a firewall in the way?",
        SocketError.AddressAlreadyInUse => "another program holds the port",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => "this machine is out of sockets",
        _ => $"network error {(int)error}",
    };
}
