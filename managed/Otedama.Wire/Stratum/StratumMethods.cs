using System.Text;

namespace Otedama.Wire;

/// <summary>Names of methods on the wire: matched exactly first, then without regard to case.</summary>
public static class StratumMethods
{
    private static readonly (byte[] Name, StratumMethod Method)[] s_names =
    [
        ("mining.subscribe"u8.ToArray(), StratumMethod.Subscribe),
        ("mining.authorize"u8.ToArray(), StratumMethod.Authorize),
        ("mining.notify"u8.ToArray(), StratumMethod.Notify),
        ("mining.set_difficulty"u8.ToArray(), StratumMethod.SetDifficulty),
        ("mining.configure"u8.ToArray(), StratumMethod.Configure),
        ("mining.extranonce.subscribe"u8.ToArray(), StratumMethod.ExtranonceSubscribe),
        ("mining.suggest_difficulty"u8.ToArray(), StratumMethod.SuggestDifficulty),
        ("mining.suggest_target"u8.ToArray(), StratumMethod.SuggestTarget),
        ("mining.multi_version"u8.ToArray(), StratumMethod.MultiVersion),
        ("mining.get_transactions"u8.ToArray(), StratumMethod.GetTransactions),
        ("mining.get_version"u8.ToArray(), StratumMethod.GetVersion),
        ("client.get_version"u8.ToArray(), StratumMethod.ClientGetVersion),
        ("mining.capabilities"u8.ToArray(), StratumMethod.Capabilities),
        ("mining.ping"u8.ToArray(), StratumMethod.Ping),
        ("mining.pong"u8.ToArray(), StratumMethod.Pong),
        ("pong"u8.ToArray(), StratumMethod.Pong),
        ("mining.set_extranonce"u8.ToArray(), StratumMethod.SetExtranonce),
        ("mining.set_version_mask"u8.ToArray(), StratumMethod.SetVersionMask),
        ("client.reconnect"u8.ToArray(), StratumMethod.Reconnect),
        ("client.show_message"u8.ToArray(), StratumMethod.ShowMessage),
    ];

    public static StratumMethod Find(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("mining.submit"u8))
        {
            return StratumMethod.Submit;
        }
        foreach ((byte[] known, StratumMethod method) in s_names)
        {
            if (name.SequenceEqual(known))
            {
                return method;
            }
        }
        return FindIgnoringCase(name);
    }

    private static StratumMethod FindIgnoringCase(ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "mining.submit"u8))
        {
            return StratumMethod.Submit;
        }
        foreach ((byte[] known, StratumMethod method) in s_names)
        {
            if (Ascii.EqualsIgnoreCase(name, known))
            {
                return method;
            }
        }
        return StratumMethod.Unknown;
    }
}
