using System.Security.Cryptography;
using Otedama.Interop;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>Both roles against each other with fresh keys, and what an attacker or a bad line may do to them.</summary>
public sealed class NoiseTests
{
    private static readonly DateTimeOffset s_now = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_client_and_a_server_with_fresh_keys_agree()
    {
        using Meeting meeting = new();
        NoiseFault fault = meeting.Client.Finish(meeting.Act2, meeting.AuthorityX, s_now.ToUnixTimeSeconds(), out NoiseKeys? keys);
        Assert.Equal(NoiseFault.None, fault);
        Assert.Equal(meeting.Keys.ToResponder, keys!.ToResponder);
        Assert.Equal(meeting.Keys.ToInitiator, keys.ToInitiator);
        Assert.NotEqual(keys.ToInitiator, keys.ToResponder);
    }

    [Fact]
    public void Every_changed_byte_of_the_answer_is_noticed()
    {
        using Meeting meeting = new();
        for (int i = 0; i < NoiseActs.Act2Bytes; i++)
        {
            using NoiseKeyPair ephemeral = new();
            using NoiseInitiator client = new(ephemeral);
            byte[] act2 = new byte[NoiseActs.Act2Bytes];
            using NoiseKeys _ = NoiseResponder.Answer(client.Act1, new NoiseKeyPair(), meeting.Identity, act2);
            act2[i] ^= (byte)(1 << (i % 8));
            Assert.Equal(NoiseFault.Seal, client.Finish(act2, meeting.AuthorityX, s_now.ToUnixTimeSeconds(), out NoiseKeys? keys));
            Assert.Null(keys);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(233)]
    [InlineData(235)]
    public void An_answer_of_another_length_is_refused(int length)
    {
        using Meeting meeting = new();
        byte[] act2 = new byte[length];
        meeting.Act2.AsSpan(0, Math.Min(length, meeting.Act2.Length)).CopyTo(act2);
        Assert.Equal(NoiseFault.Length, meeting.Client.Finish(act2, meeting.AuthorityX, s_now.ToUnixTimeSeconds(), out _));
    }

    [Theory]
    [InlineData(-3_600 - 10, NoiseFault.None)]
    [InlineData(-3_600 - 11, NoiseFault.NotYetValid)]
    [InlineData(47 * 3_600 + 10, NoiseFault.None)]
    [InlineData(47 * 3_600 + 11, NoiseFault.Expired)]
    public void A_certificate_counts_from_an_hour_before_for_48_hours(int seconds, NoiseFault expected)
    {
        using Meeting meeting = new();
        Assert.Equal(expected, meeting.Client.Finish(meeting.Act2, meeting.AuthorityX, s_now.ToUnixTimeSeconds() + seconds, out _));
    }

    [Fact]
    public void Another_authority_and_another_version_are_refused()
    {
        using Meeting meeting = new();
        byte[] other = new byte[EllSwift.PointBytes];
        byte[] secret = new byte[EllSwift.SecretBytes];
        EllSwift.NewSecret(secret);
        Assert.True(EllSwift.TryPublicKey(secret, other));
        Assert.Equal(NoiseFault.Signature, meeting.Client.Finish(meeting.Act2, other, s_now.ToUnixTimeSeconds(), out _));

        byte[] certificate = meeting.Identity.Certificate.ToArray();
        certificate[0] = 1;
        Assert.Equal(NoiseFault.Version, new NoiseCertificate(certificate).Check(
            meeting.AuthorityX, meeting.Identity.Static.Encoding, s_now.ToUnixTimeSeconds()));
    }

    [Fact]
    public void A_certificate_of_another_static_key_is_refused()
    {
        using Meeting meeting = new();
        using NoiseKeyPair other = new();
        Assert.Equal(NoiseFault.Signature, new NoiseCertificate(meeting.Identity.Certificate).Check(
            meeting.AuthorityX, other.Encoding, s_now.ToUnixTimeSeconds()));
    }

    [Fact]
    public void A_client_of_garbage_shows_when_its_first_frame_does_not_open()
    {
        using Meeting meeting = new();
        byte[] garbage = RandomNumberGenerator.GetBytes(NoiseActs.Act1Bytes);
        using NoiseKeyPair ephemeral = new();
        using NoiseKeys keys = NoiseResponder.Answer(garbage, ephemeral, meeting.Identity, new byte[NoiseActs.Act2Bytes]);
        using NoiseReader reader = new(new NoiseCipher(keys.ToResponder), Sv2Messages.ClientPayloadMax);
        reader.Append(RandomNumberGenerator.GetBytes(22));
        Assert.False(reader.TryNext(out _, out _, out Sv2Fault fault));
        Assert.Equal(Sv2Fault.Seal, fault);
    }

    [Fact]
    public void Frames_come_out_as_they_went_in_byte_by_byte()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        using NoiseCipher cipher = new(key);
        using NoiseReader reader = new(new NoiseCipher(key), Sv2Messages.ClientPayloadMax);
        foreach (byte[] frame in Sv2Files.Frames())
        {
            byte[] wire = new byte[NoiseFrames.WireBytes(frame.Length - Sv2Header.Size)];
            Assert.Equal(wire.Length, NoiseFrames.Seal(cipher, frame, wire));
            for (int i = 0; i < wire.Length - 1; i++)
            {
                reader.Append(wire.AsSpan(i, 1));
                Assert.False(reader.TryNext(out _, out _, out Sv2Fault none));
                Assert.Equal(Sv2Fault.None, none);
            }
            reader.Append(wire.AsSpan(wire.Length - 1));
            Assert.True(reader.TryNext(out Sv2Header header, out ReadOnlySpan<byte> payload, out _));
            Assert.Equal(Sv2Header.Read(frame), header);
            Assert.Equal(frame[Sv2Header.Size..], payload.ToArray());
            Assert.Equal(0, reader.Buffered);
        }
    }

    [Fact]
    public void Many_frames_that_come_at_once_all_come_out()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        using NoiseCipher cipher = new(key);
        using NoiseReader reader = new(new NoiseCipher(key), Sv2Messages.ClientPayloadMax);
        byte[][] frames = [.. Sv2Files.Frames()];
        foreach (byte[] frame in frames)
        {
            byte[] wire = new byte[NoiseFrames.WireBytes(frame.Length - Sv2Header.Size)];
            NoiseFrames.Seal(cipher, frame, wire);
            reader.Append(wire);
        }
        foreach (byte[] frame in frames)
        {
            Assert.True(reader.TryNext(out _, out ReadOnlySpan<byte> payload, out _));
            Assert.Equal(frame[Sv2Header.Size..], payload.ToArray());
        }
        Assert.False(reader.TryNext(out _, out _, out _));
    }

    [Theory]
    [InlineData(4_096, Sv2Fault.None)]
    [InlineData(4_097, Sv2Fault.Length)]
    public void A_header_is_judged_before_its_payload_comes(int length, Sv2Fault expected)
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        using NoiseCipher cipher = new(key);
        using NoiseReader reader = new(new NoiseCipher(key), Sv2Messages.ClientPayloadMax);
        byte[] header = new byte[Sv2Header.Size];
        byte[] wire = new byte[NoiseFrames.HeaderBytes];
        Sv2Header.For(Sv2Type.SetupConnection, length).Write(header);
        cipher.Seal(header, wire);
        reader.Append(wire);
        Assert.False(reader.TryNext(out _, out _, out Sv2Fault fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void The_last_nonce_is_used_once()
    {
        using NoiseCipher cipher = new(new byte[32], ulong.MaxValue);
        cipher.Seal([1], new byte[17]);
        Assert.Throws<InvalidOperationException>(() => cipher.Seal([1], new byte[17]));
    }

    [Fact]
    public void A_wrong_tag_does_not_move_the_nonce()
    {
        byte[] key = new byte[32];
        using NoiseCipher sealing = new(key);
        using NoiseCipher opening = new(key);
        byte[] wire = new byte[19];
        sealing.Seal([1, 2, 3], wire);
        byte[] changed = [.. wire];
        changed[18] ^= 1;
        Assert.False(opening.TryOpen(changed, new byte[3]));
        Assert.False(opening.TryOpen(wire.AsSpan(0, 15), new byte[3]));
        Assert.True(opening.TryOpen(wire, new byte[3]));
        Assert.Equal(1UL, opening.Next);
    }

    [Fact]
    public void Pairs_made_ahead_are_given_out_once_and_are_no_more_than_allowed()
    {
        using NoiseEphemerals pairs = new(2);
        Assert.True(pairs.MakeOne());
        Assert.True(pairs.MakeOne());
        Assert.False(pairs.MakeOne());
        Assert.Equal(2, pairs.Count);
        byte[][] taken = [.. Enumerable.Range(0, 3).Select(_ => pairs.Take().Encoding.ToArray())];
        Assert.Equal(3, taken.DistinctBy(Convert.ToHexString).Count());
        Assert.Equal(0, pairs.Count);
    }

    [Fact]
    public void A_frame_is_sealed_and_opened_without_allocating()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        using NoiseCipher cipher = new(key);
        using NoiseReader reader = new(new NoiseCipher(key), Sv2Messages.ClientPayloadMax);
        byte[] frame = Sv2Files.Frames().First();
        byte[] wire = new byte[NoiseFrames.WireBytes(frame.Length - Sv2Header.Size)];
        long before = 0;
        for (int i = 0; i < 400; i++)
        {
            before = i == 200 ? GC.GetAllocatedBytesForCurrentThread() : before;
            NoiseFrames.Seal(cipher, frame, wire);
            reader.Append(wire);
            Assert.True(reader.TryNext(out _, out _, out _));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A server with an authority, and a client it has answered.</summary>
    private sealed class Meeting : IDisposable
    {
        public Meeting()
        {
            byte[] secret = new byte[EllSwift.SecretBytes];
            EllSwift.NewSecret(secret);
            Assert.True(EllSwift.TryPublicKey(secret, AuthorityX));
            Identity = new NoiseIdentity(secret, s_now);
            using NoiseKeyPair ephemeral = new();
            Keys = NoiseResponder.Answer(Client.Act1, ephemeral, Identity, Act2);
        }

        public byte[] AuthorityX { get; } = new byte[EllSwift.PointBytes];

        public byte[] Act2 { get; } = new byte[NoiseActs.Act2Bytes];

        public NoiseInitiator Client { get; } = new();

        public NoiseIdentity Identity { get; }

        public NoiseKeys Keys { get; }

        public void Dispose()
        {
            Client.Dispose();
            Identity.Dispose();
            Keys.Dispose();
        }
    }
}
