using System.Net;
using System.Net.Sockets;

namespace Otedama;

/// <summary>
/// Picks the port to listen on. A port somebody asked for is taken or the start fails; a default gives way to the next
/// free one.
/// </summary>
internal static class Ports
{
    private const int Tries = 50;

    /// <summary>The address of a setting such as pool.host. Throws ConfigurationException.</summary>
    public static IPAddress Address(Configuration configuration, Setting<string> setting)
    {
        SettingValue value = configuration.Of(setting);
        return IPAddress.TryParse(configuration.Get(setting), out IPAddress? address)
            ? address
            : throw new ConfigurationException($"{configuration.KeyOf(setting)}: \"{value.Shown}\" is not an IP address ({value.Place}). Allowed: such as 127.0.0.1, or 0.0.0.0 for every interface.");
    }

    /// <summary>
    /// Throws ConfigurationException when a port that was asked for is in use. moved is told about another choice.
    /// </summary>
    public static int Choose(Configuration configuration, Setting<int> setting, IPAddress address, Action<string> moved)
    {
        int wanted = configuration.Get(setting);
        if (IsFree(address, wanted, out string reason))
        {
            return wanted;
        }
        if (!configuration.IsDefault(setting))
        {
            throw Taken(configuration, setting, reason);
        }
        for (int port = wanted + 1; port <= Math.Min(65535, wanted + Tries); port++)
        {
            if (IsFree(address, port, out _))
            {
                moved($"Port {wanted} is in use, {configuration.KeyOf(setting)} is {port} for this run.");
                return port;
            }
        }
        throw Taken(configuration, setting, reason);
    }

    public static ConfigurationException Taken(Configuration configuration, Setting<int> setting, string reason)
    {
        SettingValue value = configuration.Of(setting);
        string key = configuration.KeyOf(setting);
        return new ConfigurationException($"{key}: port {value.Shown} ({value.Place}) cannot be used: {reason}, or choose another with --set {key}=PORT.");
    }

    public static bool IsFree(IPAddress address, int port, out string reason)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            reason = "";
            return true;
        }
        catch (SocketException e)
        {
            reason = Advice(e);
            return false;
        }
    }

    /// <summary>
    /// What is in the way and what to do about it, in words that "or choose another port" can follow.
    /// </summary>
    private static string Advice(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another program holds it. Stop that program",
        SocketError.AccessDenied => "ports below 1024 need a privilege. Grant it: sudo setcap cap_net_bind_service=+ep PROGRAM, "
            + "or AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit file",
        SocketError.AddressNotAvailable => "this machine does not have the address to listen on. Give one it has, or 0.0.0.0 for all",
        _ => $"{error.Message.TrimEnd('.')}. Remove the cause",
    };
}
