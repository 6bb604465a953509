using System.Diagnostics.CodeAnalysis;
using Otedama.Wire;

namespace Otedama;

/// <summary>Which engine moves the bytes of a pool's miners.</summary>
internal static class PoolEngines
{
    private const string Ring = "io_uring";

    /// <summary>
    /// The engine and how it is called. Throws ConfigurationException when io_uring is asked for and not to be had.
    /// </summary>
    public static (ITransportEngine Engine, string Name) Choose(Configuration configuration)
    {
        string wanted = configuration.Get(Settings.PoolEngine);
        if (wanted == "sockets")
        {
            return (new SocketEngine(), "sockets");
        }
        if (IsPossible(configuration, out string? whyNot))
        {
            return (new RingEngine(), Ring);
        }
        return wanted == Ring
            ? throw new ConfigurationException(
                $"{configuration.KeyOf(Settings.PoolEngine)} is io_uring, which is not to be had here: {whyNot}. Set it to auto or sockets")
            : (new SocketEngine(), $"sockets ({Ring}: {whyNot})");
    }

    private static bool IsPossible(Configuration configuration, [NotNullWhen(false)] out string? whyNot)
    {
        int wanted = configuration.Get(Settings.MaxConnections);
        if (wanted > RingTransport.ConnectionsMax)
        {
            whyNot = $"{configuration.KeyOf(Settings.MaxConnections)} is {wanted}, and it serves {RingTransport.ConnectionsMax}";
            return false;
        }
        return RingEngine.IsPossible(out whyNot);
    }
}
