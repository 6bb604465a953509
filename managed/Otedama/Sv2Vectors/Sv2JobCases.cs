using Otedama.Core;
using Otedama.Interop;
using Otedama.Wire;

namespace Otedama;

/// <summary>Section jobs: a job, its previous block and a share become a header, and the header its verdict.</summary>
internal static class Sv2JobCases
{
    /// <summary>Versions may differ from the job's here: BIP 323, and what devices roll of it, BIP 320.</summary>
    private const uint Rollable = 0x1fffffe0, DevicesRoll = 0x1fffe000;

    /// <summary>A share's time may be so far after the job's, seconds.</summary>
    private const uint TimeSpread = 7_200;

    public static string? Check(Sv2Case one)
    {
        byte[] jobFrame = one.Bytes("new_extended_mining_job");
        byte[] tipFrame = one.Bytes("set_new_prev_hash");
        byte[] shareFrame = one.Bytes("submit");
        if ((Framed("new_extended_mining_job", jobFrame) ?? Framed("set_new_prev_hash", tipFrame)
            ?? Framed("submit", shareFrame)) is { } badFrame)
        {
            return badFrame;
        }
        if (!TryRead(jobFrame, out Sv2NewExtendedMiningJob job) || !TryRead(tipFrame, out Sv2SetNewPrevHash tip))
        {
            return "the job or its previous block cannot be decoded, or bytes are behind its last field";
        }
        int size = (int)one.Number("extranonce_size", 32);
        Sv2SubmitSharesExtended share = default;
        bool isStandard = Sv2Header.Read(shareFrame).Type == Sv2Type.SubmitSharesStandard;
        if (isStandard ? !TryReadStandard(shareFrame, out share) : !TryRead(shareFrame, out share))
        {
            return "submit: no share, or bytes are behind its last field";
        }
        string? wrong = Channels(one, isStandard, job, tip, share)
            ?? Missing(one, ((job.Version ^ share.Version) & ~DevicesRoll) != 0)
            ?? Sv2Text.Differs("job_id of the previous block", job.JobId, tip.JobId)
            ?? Sv2Text.Differs("job_id of the share", job.JobId, share.JobId)
            ?? Sv2Text.Differs("extranonce bytes of the share", size, share.Extranonce.Length)
            ?? Version(one, job, share)
            ?? (share.Ntime < tip.MinNtime || share.Ntime - tip.MinNtime > TimeSpread
                ? $"ntime: expected {tip.MinNtime} to {tip.MinNtime + (ulong)TimeSpread}, got {share.Ntime}" : null);
        if (wrong is not null)
        {
            return wrong;
        }
        byte[] extranonce = [.. one.Bytes("extranonce_prefix"), .. share.Extranonce];
        ReadOnlySpan<byte> prefix = job.CoinbaseTxPrefix, suffix = job.CoinbaseTxSuffix;
        if (!Sv2Coinbase.TryStrip(ref prefix, ref suffix, extranonce.Length))
        {
            return "the coinbase is no transaction";
        }
        Hash256 root = BitcoinHash.MerkleRoot(extranonce, prefix, suffix, job.MerklePath);
        byte[] header = Header(share, tip, root);
        Hash256 hash = BitcoinHash.Sha256d(header);
        return Sv2Text.Differs("merkle_root", one.Bytes("merkle_root"), root.ToArray())
            ?? Sv2Text.Differs("header", one.Bytes("header"), header)
            ?? Sv2Text.Differs("hash_internal", one.Bytes("hash_internal"), hash.ToArray())
            ?? Verdict(one, tip, hash)
            ?? (one.Has("derived_new_mining_job") ? Derived(one, job, share.ChannelId, root) : null)
            ?? (one.Has("v1_prevhash")
                ? Sv2Text.Differs("v1_prevhash", one.Bytes("v1_prevhash"), WordsSwapped(tip.PrevHash.ToArray())) : null);
    }

    private static string? Version(Sv2Case one, Sv2NewExtendedMiningJob job, Sv2SubmitSharesExtended share)
    {
        uint changed = job.Version ^ share.Version;
        uint allowed = job.VersionRollingAllowed ? Rollable : 0;
        if ((changed & ~allowed) != 0)
        {
            return $"version: expected bits within {allowed:x8} of {job.Version:x8}, got {share.Version:x8}";
        }
        bool isOutside = (changed & ~DevicesRoll) != 0;
        return one.Has("version_outside_bip320") && one.Flag("version_outside_bip320") != isOutside
            ? $"version_outside_bip320: expected {!isOutside}, got {isOutside}" : null;
    }

    private static string? Verdict(Sv2Case one, Sv2SetNewPrevHash tip, Hash256 hash)
    {
        if (!Target.TryFromCompact(tip.Nbits, out Target network))
        {
            return $"nbits: {tip.Nbits:x8} is no target";
        }
        bool isBlock = network.IsMetBy(hash);
        if (isBlock != one.Flag("is_block"))
        {
            return $"is_block: expected {!isBlock}, got {isBlock}";
        }
        return one.Has("target") && !new Target(UInt256.FromLittleEndian(one.Bytes("target", Hash256.Size))).IsMetBy(hash)
            ? "the share: expected to meet its target, got one above it" : null;
    }

    /// <summary>Expected values without which a case would say less than its frames ask for.</summary>
    private static string? Missing(Sv2Case one, bool isOutside) =>
        one.Has("target") || one.Flag("is_block") ? isOutside && !one.Has("version_outside_bip320")
            ? "\"version_outside_bip320\" is missing where the version has such bits" : null
        : "\"target\" is missing, which a share that is no block has to meet";

    /// <summary>A standard channel of a group makes its own job of the group's.</summary>
    private static string? Derived(Sv2Case one, Sv2NewExtendedMiningJob job, uint channel, Hash256 root)
    {
        byte[] frame = new byte[128];
        int bytes = Sv2Messages.Write(frame, new Sv2NewMiningJob
        {
            ChannelId = channel,
            JobId = job.JobId,
            MinNtime = job.MinNtime,
            Version = job.Version,
            MerkleRoot = root,
        });
        return Sv2Text.Differs("derived_new_mining_job", one.Bytes("derived_new_mining_job"), frame.AsSpan(0, bytes));
    }

    private static byte[] Header(Sv2SubmitSharesExtended share, Sv2SetNewPrevHash tip, Hash256 root) =>
    [
        .. BitConverter.GetBytes(share.Version), .. tip.PrevHash.ToArray(), .. root.ToArray(),
        .. BitConverter.GetBytes(share.Ntime), .. BitConverter.GetBytes(tip.Nbits), .. BitConverter.GetBytes(share.Nonce),
    ];

    private static bool TryRead<TMessage>(ReadOnlySpan<byte> frame, out TMessage message)
        where TMessage : struct, ISv2Message, allows ref struct
    {
        message = default;
        return frame.Length >= Sv2Header.Size && Sv2Header.Read(frame).Type == TMessage.Type
            && Sv2Messages.TryRead(frame[Sv2Header.Size..], out message, out ReadOnlySpan<byte> rest, out _)
            && rest.Length == 0;
    }

    private static bool TryReadStandard(ReadOnlySpan<byte> frame, out Sv2SubmitSharesExtended share)
    {
        bool good = TryRead(frame, out Sv2SubmitSharesStandard standard);
        share = new Sv2SubmitSharesExtended
        {
            ChannelId = standard.ChannelId,
            JobId = standard.JobId,
            Nonce = standard.Nonce,
            Ntime = standard.Ntime,
            Version = standard.Version,
        };
        return good;
    }

    /// <summary>What is wrong with the header of an exact frame: its length, its bit of a channel.</summary>
    private static string? Framed(string key, byte[] frame)
    {
        if (frame.Length < Sv2Header.Size)
        {
            return $"{key}: {frame.Length} bytes, a header alone has {Sv2Header.Size}";
        }
        Sv2Header header = Sv2Header.Read(frame);
        return Sv2Text.Differs($"{key}: msg_length", frame.Length - Sv2Header.Size, header.Length)
            ?? (header.Type is null
                ? $"{key}: type {header.MessageType:x2} of extension {header.Extension} is no message"
                : header.HasChannelBit ? null : $"{key}: expected channel_msg to be set, got a header without it");
    }

    /// <summary>All three of one channel; in a group the job is the group's.</summary>
    private static string? Channels(
        Sv2Case one, bool isStandard, Sv2NewExtendedMiningJob job, Sv2SetNewPrevHash tip, Sv2SubmitSharesExtended share)
    {
        bool isOfGroup = isStandard && one.Has("derived_new_mining_job");
        return (isOfGroup && tip.ChannelId == share.ChannelId ? null
                : Sv2Text.Differs("channel_id of the previous block", job.ChannelId, tip.ChannelId))
            ?? (isOfGroup ? null : Sv2Text.Differs("channel_id of the share", job.ChannelId, share.ChannelId));
    }

    private static byte[] WordsSwapped(byte[] hash)
    {
        for (int i = 0; i < hash.Length; i += sizeof(uint))
        {
            hash.AsSpan(i, sizeof(uint)).Reverse();
        }
        return hash;
    }
}
