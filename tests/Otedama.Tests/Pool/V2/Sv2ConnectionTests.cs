using System.Text;
using CsCheck;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>The server's state machine: what it answers, in which order, and what it never does.</summary>
public sealed class Sv2ConnectionTests
{
    private readonly FakeDesk _desk = new();
    private readonly Sv2Connection _server;

    public Sv2ConnectionTests() => _server = new Sv2Connection(_desk);

    [Fact]
    public void Nothing_else_comes_before_SetupConnection_and_no_second_one_after_it()
    {
        Assert.Equal(Sv2Outcome.Close, Give(new Sv2OpenStandardMiningChannel { UserIdentity = "a"u8, MaxTarget = Target.Max }));
        Assert.Empty(Answers());

        Sv2Connection other = new(_desk);
        Assert.Equal(Sv2Outcome.Done, Give(new Sv2SetupConnection { MinVersion = 2, MaxVersion = 2 }, other));
        Assert.Equal(Sv2Outcome.Close, Give(new Sv2SetupConnection { MinVersion = 2, MaxVersion = 2 }, other));
        Assert.Equal(Sv2Outcome.Close, Give(new Sv2CloseChannel { ChannelId = 3 }, other)); // ended is ended
    }

    [Theory]
    [InlineData(0, 2, 2, 5u, "", 0u)]
    [InlineData(0, 2, 2, 7u, "unsupported-feature-flags", 2u)]
    [InlineData(0, 2, 2, 0x80000000u, "unsupported-feature-flags", 0x80000000u)]
    [InlineData(0, 0, 1, 0u, "protocol-version-mismatch", 0u)]
    [InlineData(0, 3, 9, 0xffu, "protocol-version-mismatch", 0u)]
    [InlineData(3, 9, 9, 0xffu, "unsupported-protocol", 0u)]
    public void Protocol_comes_before_version_and_version_before_flags(
        int protocol, int min, int max, uint flags, string code, uint answered) => Assert.Equal(
        new Sv2SetupAnswer(code, answered), Sv2SetupRules.Judge((byte)protocol, (ushort)min, (ushort)max, flags));

    [Fact]
    public void Channels_count_from_3_and_their_groups_go_by_the_coinbase_length()
    {
        SetUp();
        Open(standard: true);
        Open(standard: false, min: 8);
        Open(standard: false, min: 9);
        Assert.Equal([(3u, 1u, 0, 12), (4u, 1u, 8, 4), (5u, 2u, 16, 4)], _server.Channels.Select(
            static channel => (channel.Id, channel.Group, channel.ExtranonceSize, channel.Prefix.Length)));
        Assert.Equal(["OpenStandardMiningChannelSuccess", "NewMiningJob", "OpenExtendedMiningChannelSuccess", "NewMiningJob",
            "OpenExtendedMiningChannelSuccess", "NewMiningJob"], Answers().Select(static answer => answer.Split(' ')[0]));
    }

    [Fact]
    public void A_closed_channel_s_number_never_comes_again_and_its_shares_are_refused()
    {
        SetUp();
        Open(standard: true);
        Give(new Sv2CloseChannel { ChannelId = 3 });
        Open(standard: true);
        Answers();
        Assert.Equal([4u], _server.Channels.Select(static channel => channel.Id));
        Give(new Sv2SubmitSharesStandard { ChannelId = 3, SequenceNumber = 9 });
        Assert.Equal(["SubmitSharesError 3 9 invalid-channel-id"], Answers());
        Assert.Equal(1, _desk.Closed);
        Assert.Empty(_desk.Shares);
    }

    [Fact]
    public void A_group_s_number_closes_its_members_alone()
    {
        SetUp();
        Open(standard: true);
        Open(standard: false, min: 16);
        Give(new Sv2CloseChannel { ChannelId = Sv2Connection.UsualGroup });
        Assert.Equal([4u], _server.Channels.Select(static channel => channel.Id));
    }

    [Fact]
    public void Extended_channels_are_refused_to_who_wants_standard_jobs()
    {
        SetUp(Sv2SetupRules.RequiresStandardJobs);
        Open(standard: false, min: 0);
        Assert.Equal(["OpenMiningChannelError 1 extended-channels-not-supported-for-standard-jobs"], Answers());
        Assert.True(_server.WantsStandardJobs);
    }

    [Fact]
    public void Channels_have_a_limit_and_the_pool_s_own_refusal_is_passed_on()
    {
        SetUp();
        for (int i = 0; i < Sv2Connection.ChannelsMax; i++)
        {
            Open(standard: true);
        }
        Answers();
        Open(standard: true);
        Assert.Equal(["OpenMiningChannelError 1 channel-capacity-exhausted"], Answers());
        Give(new Sv2CloseChannel { ChannelId = 3 });
        _desk.Refusal = "unknown-user";
        Open(standard: true);
        Assert.Equal(["OpenMiningChannelError 1 unknown-user"], Answers());
    }

    [Fact]
    public void A_target_never_is_easier_than_the_client_can_work_with()
    {
        SetUp();
        Target most = Target.FromDifficulty(8, Target.BitcoinOne);
        Give(new Sv2OpenStandardMiningChannel { UserIdentity = "a"u8, MaxTarget = most });
        Assert.Equal(most, _server.Find(3)!.Target);
        Answers();
        Target harder = Target.FromDifficulty(16, Target.BitcoinOne);
        Give(new Sv2UpdateChannel { ChannelId = 3, NominalHashRate = 5, MaximumTarget = harder });
        Assert.Equal(["SetTarget 3"], Answers());
        Give(new Sv2UpdateChannel { ChannelId = 3, NominalHashRate = 6, MaximumTarget = Target.Max });
        Assert.Empty(Answers());
        Assert.Equal(harder, _server.Find(3)!.Target);
        Assert.Equal(6, _desk.HashRate);
        Give(new Sv2UpdateChannel { ChannelId = 9, MaximumTarget = Target.Max });
        Assert.Equal(["UpdateChannelError 9 invalid-channel-id"], Answers());
    }

    [Fact]
    public void Forty_shares_with_a_bad_one_are_told_in_rising_batches_that_sum_to_39()
    {
        SetUp();
        Open(standard: false, min: 8);
        Sv2Channel channel = _server.Find(3)!;
        Answers();
        for (uint i = 0; i < 40; i++)
        {
            Give(new Sv2SubmitSharesExtended { ChannelId = 3, SequenceNumber = i, Extranonce = new byte[8] });
            if (i == 20)
            {
                _server.Rejected(channel, i, "stale-share");
            }
            else
            {
                _server.Accepted(channel, i, 0.75, isBlock: false, now: i);
            }
        }
        Assert.Equal(
            ["SubmitSharesSuccess 15 16 12", "SubmitSharesSuccess 19 4 3", "SubmitSharesError 3 20 stale-share",
            "SubmitSharesSuccess 36 16 12"], Answers());
        _server.Tick(37 + Sv2ShareBatch.AgeMax.Ticks - 1);
        Assert.Empty(Answers());
        _server.Tick(37 + Sv2ShareBatch.AgeMax.Ticks);
        Assert.Equal(["SubmitSharesSuccess 39 3 2"], Answers());
        Assert.Equal(40, _desk.Shares.Count);
    }

    [Fact]
    public void A_block_is_told_at_once()
    {
        SetUp();
        Open(standard: true);
        Answers();
        _server.Accepted(_server.Find(3)!, 0, 5, isBlock: true, now: 0);
        Assert.Equal(["SubmitSharesSuccess 0 1 5"], Answers());
    }

    [Fact]
    public void A_worker_is_heard_once_its_extension_was_asked_for()
    {
        SetUp();
        Open(standard: false, min: 8);
        Answers();
        byte[] tail = [2, 0, 1, 1, 0, (byte)'A'];
        Give(new Sv2SubmitSharesExtended { ChannelId = 3, Extranonce = new byte[8] }, tail: tail);
        Give(new Sv2RequestExtensions { RequestId = 7, RequestedExtensions = [2, 1] });
        Give(new Sv2RequestExtensions { RequestId = 8, RequestedExtensions = [9, 0, 2, 0, 1, 0, 2, 0] });
        Give(new Sv2SubmitSharesExtended { ChannelId = 3, Extranonce = new byte[8] }, tail: tail);
        Assert.Equal(["RequestExtensionsError 7 0201", "RequestExtensionsSuccess 8 02000100"], Answers());
        Assert.Equal(["", "A"], _desk.Shares);
        tail[3] = 33;
        Assert.Equal(Sv2Outcome.Malformed, Give(new Sv2SubmitSharesExtended { ChannelId = 3, Extranonce = new byte[8] }, tail: tail));
    }

    [Fact]
    public void A_share_of_the_other_kind_of_channel_is_refused()
    {
        SetUp();
        Open(standard: true);
        Answers();
        Give(new Sv2SubmitSharesExtended { ChannelId = 3, Extranonce = default });
        Assert.Equal(["SubmitSharesError 3 0 invalid-channel-id"], Answers());
    }

    [Fact]
    public void Custom_jobs_are_refused_and_what_only_a_server_says_is_dropped()
    {
        SetUp();
        Answers();
        Give(new Sv2SetCustomMiningJob { ChannelId = 3, RequestId = 4 });
        Assert.Equal(["SetCustomMiningJobError"], Answers());
        Assert.Equal(Sv2Outcome.Dropped, Give(new Sv2SetTarget { ChannelId = 3 }));
        Assert.Equal(Sv2Outcome.Dropped, Give(new Sv2AllocateMiningJobToken()));
        Assert.Equal(Sv2Outcome.Done, Give(new Sv2CloseChannel { ChannelId = 77 }));
    }

    [Theory]
    [InlineData(0f, 10, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData(0.09f, 10, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData(0.1f, 10, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData(65_535f, 1, "0000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData(float.MaxValue, 10, "0000000000000000000000000000000000000000000000000000000000000000")]
    public void A_start_target_is_met_once_in_the_time_given(float hashRate, double seconds, string hex)
    {
        string target = Sv2OpenRules.FromHashRate(hashRate, seconds).ToString();
        Assert.Equal(hex[..8], target[..8]);
    }

    [Fact]
    public void Arbitrary_frames_never_throw_and_every_answer_is_a_whole_frame()
    {
        byte[] kinds = [0, 1, 0x10, 0x13, 0x16, 0x18, 0x1a, 0x1b, 0x22, 0x25, 0x50, 0x7f];
        Gen.Select(Gen.Int[0, kinds.Length - 1], Gen.Int[0, 2], Gen.Byte.Array[0, 90]).List[1, 20].Sample(frames =>
        {
            Sv2Connection server = new(new FakeDesk());
            Give(new Sv2SetupConnection { MinVersion = 2, MaxVersion = 2 }, server);
            foreach ((int kind, int extension, byte[] payload) in frames)
            {
                server.Receive(new Sv2Header((ushort)extension, false, kinds[kind], payload.Length), payload);
            }
            ReadOnlySpan<byte> output = server.Output.Written;
            while (output.Length >= Sv2Header.Size)
            {
                Sv2Header header = Sv2Header.Read(output);
                if (header.Type is null)
                {
                    return false;
                }
                output = output[(Sv2Header.Size + header.Length)..];
            }
            return output.IsEmpty;
        }, iter: 2_000);
    }

    private void SetUp(uint flags = 0)
    {
        Assert.Equal(Sv2Outcome.Done, Give(new Sv2SetupConnection { MinVersion = 2, MaxVersion = 2, Flags = flags }));
        Assert.Equal(["SetupConnectionSuccess"], Answers());
    }

    private void Open(bool standard, ushort min = 0)
    {
        Sv2Outcome outcome = standard
            ? Give(new Sv2OpenStandardMiningChannel { RequestId = 1, UserIdentity = "a"u8, MaxTarget = Target.Max })
            : Give(new Sv2OpenExtendedMiningChannel { RequestId = 1, UserIdentity = "a"u8, MaxTarget = Target.Max, MinExtranonceSize = min });
        Assert.Equal(Sv2Outcome.Done, outcome);
    }

    private Sv2Outcome Give<TMessage>(TMessage message, Sv2Connection? server = null, byte[]? tail = null)
        where TMessage : struct, ISv2Message, allows ref struct
    {
        byte[] frame = new byte[1024];
        int bytes = Sv2Messages.Write(frame, message);
        _desk.Server = server ?? _server;
        byte[] payload = [.. frame.AsSpan(Sv2Header.Size, bytes - Sv2Header.Size), .. tail ?? []];
        return _desk.Server.Receive(Sv2Header.For(TMessage.Type, payload.Length), payload);
    }

    /// <summary>What was answered since the last look: name and the numbers that matter.</summary>
    private List<string> Answers()
    {
        List<string> answers = [];
        ReadOnlySpan<byte> output = _server.Output.Written;
        while (!output.IsEmpty)
        {
            Sv2Header header = Sv2Header.Read(output);
            ReadOnlySpan<byte> payload = output.Slice(Sv2Header.Size, header.Length);
            output = output[(Sv2Header.Size + header.Length)..];
            answers.Add(Told(header.Type!.Value, payload));
        }
        _server.Output.Clear();
        return answers;
    }

    private static string Told(Sv2Type type, ReadOnlySpan<byte> payload) => type switch
    {
        Sv2Type.OpenMiningChannelError when Sv2Messages.TryRead(payload, out Sv2OpenMiningChannelError m) =>
            $"{type} {m.RequestId} {Encoding.ASCII.GetString(m.ErrorCode)}",
        Sv2Type.SubmitSharesError when Sv2Messages.TryRead(payload, out Sv2SubmitSharesError m) =>
            $"{type} {m.ChannelId} {m.SequenceNumber} {Encoding.ASCII.GetString(m.ErrorCode)}",
        Sv2Type.UpdateChannelError when Sv2Messages.TryRead(payload, out Sv2UpdateChannelError m) =>
            $"{type} {m.ChannelId} {Encoding.ASCII.GetString(m.ErrorCode)}",
        Sv2Type.SubmitSharesSuccess when Sv2Messages.TryRead(payload, out Sv2SubmitSharesSuccess m) =>
            $"{type} {m.LastSequenceNumber} {m.NewSubmitsAcceptedCount} {m.NewSharesSum}",
        Sv2Type.SetTarget when Sv2Messages.TryRead(payload, out Sv2SetTarget m) => $"{type} {m.ChannelId}",
        Sv2Type.RequestExtensionsSuccess when Sv2Messages.TryRead(payload, out Sv2RequestExtensionsSuccess m) =>
            $"{type} {m.RequestId} {Convert.ToHexStringLower(m.SupportedExtensions)}",
        Sv2Type.RequestExtensionsError when Sv2Messages.TryRead(payload, out Sv2RequestExtensionsError m) =>
            $"{type} {m.RequestId} {Convert.ToHexStringLower(m.UnsupportedExtensions)}",
        _ => type.ToString(),
    };

    /// <summary>Lets everybody in, unless told otherwise, and writes a job into the same output.</summary>
    private sealed class FakeDesk : ISv2Desk
    {
        public Sv2Connection? Server { get; set; }

        public string Refusal { get; set; } = "";

        public List<string> Shares { get; } = [];

        public int Closed { get; private set; }

        public float HashRate { get; private set; }

        public Target Hardest => new(UInt256.One);

        public Sv2Grant? Grant(Sv2OpenRequest request, out string errorCode)
        {
            errorCode = Refusal;
            return Refusal.Length > 0 ? null : new Sv2Grant(new byte[request.IsStandard ? 12 : 4], Target.BitcoinOne);
        }

        public void Opened(Sv2Channel channel)
        {
            byte[] frame = new byte[128];
            Server?.Output.Append(frame.AsSpan(0, Sv2Messages.Write(frame, new Sv2NewMiningJob { ChannelId = channel.Id })));
        }

        public void Submit(Sv2Channel channel, Sv2Share share, ReadOnlySpan<byte> extranonce, ReadOnlySpan<byte> worker) =>
            Shares.Add(Encoding.UTF8.GetString(worker));

        public void Updated(Sv2Channel channel, float nominalHashRate) => HashRate = nominalHashRate;

        void ISv2Desk.Closed(Sv2Channel channel) => Closed++;
    }
}
