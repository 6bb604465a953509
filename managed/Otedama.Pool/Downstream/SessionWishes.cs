using System.Text.Unicode;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What the miner asks for beside work: extensions by configure, a difficulty by suggest. Under the session's lock.
/// </summary>
internal sealed class SessionWishes(
    SessionRoom room, MinerLink link, SessionLogin login, SessionDifficulty difficulty, VersionRolling rolling)
{
    private const int ExtensionsMax = 16;
    private const int ExtensionBytesMax = 64;

    public void OnConfigure(in StratumMessage message)
    {
        if (!ConfigureRequest.TryParse(message.Params, out ConfigureRequest request))
        {
            link.Refuse(message.Id, "mining.configure needs a list of extensions");
            return;
        }
        if (request.WantsVersionRolling && login.Dialect.RollsVersions)
        {
            rolling.Negotiate(request.VersionMask, request.VersionBitsMin);
        }
        if (request.WantsMinimumDifficulty && request.MinimumDifficulty > 0)
        {
            difficulty.WishMinimum(request.MinimumDifficulty);
        }
        WriteConfigured(in message, request);
    }

    public void OnSuggestDifficulty(in StratumMessage message)
    {
        if (message.Params.Element(0).TryGetDouble(out double wish) && wish > 0)
        {
            difficulty.Wish(wish, link.ReceivedAt);
            StratumWriter.True(link.Reply, message.Id);
            return;
        }
        link.Refuse(message.Id, "suggested difficulty has to be a number above 0");
    }

    public void OnSuggestTarget(in StratumMessage message)
    {
        Span<byte> target = stackalloc byte[Hash256.Size];
        bool isTarget = message.Params.Element(0).TryGetHex(target, out int length) && length == target.Length;
        if (isTarget && target.ContainsAnyExcept((byte)0))
        {
            target.Reverse();
            Target suggested = new(UInt256.FromLittleEndian(target));
            difficulty.Wish(suggested.ToDifficulty(room.Options.Coin.DifficultyOne), link.ReceivedAt);
            StratumWriter.True(link.Reply, message.Id);
            return;
        }
        link.Refuse(message.Id, "suggested target has to be 64 hex digits");
    }

    private void WriteConfigured(in StratumMessage message, ConfigureRequest request)
    {
        WireBuffer reply = link.Reply;
        reply.Append("{\"id\":"u8);
        reply.Append(message.Id);
        reply.Append(",\"result\":{"u8);
        int count = 0;
        foreach (JsonValue name in message.Params.Element(0).Elements())
        {
            bool fits = name.Raw.Length <= ExtensionBytesMax && count < ExtensionsMax;
            if (!name.IsString || !fits || !Utf8.IsValid(name.Raw))
            {
                continue;
            }
            reply.Append(count++ == 0 ? ""u8 : ","u8);
            reply.Append(name.Raw);
            WriteExtension(name.Inner, request);
        }
        reply.Append("},\"error\":null}\n"u8);
    }

    private void WriteExtension(ReadOnlySpan<byte> name, ConfigureRequest request)
    {
        if (name.SequenceEqual("version-rolling"u8) && rolling.IsNegotiated)
        {
            link.Reply.Append(":true,\"version-rolling.mask\":\""u8);
            link.Reply.AppendHex(rolling.Told);
            link.Reply.Append((byte)'"');
            return;
        }
        bool known = name.SequenceEqual("subscribe-extranonce"u8)
            || name.SequenceEqual("info"u8)
            || (name.SequenceEqual("minimum-difficulty"u8) && request.MinimumDifficulty > 0);
        link.Reply.Append(known ? ":true"u8 : ":false"u8);
    }
}
