using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>
/// Every section of tests/vectors/sv2.json as `otedama verify --sv2` judges it, and that it judges: a case whose
/// expected value is changed fails in its section and nowhere else.
/// </summary>
public sealed class Sv2VectorTests
{
    private static readonly byte[] s_file = File.ReadAllBytes(Sv2Files.Path);

    [Fact]
    public void Every_section_is_there_and_every_case_in_it_passes()
    {
        Sv2Section[] sections = Judge(s_file);
        Assert.Equal(13, sections.Length);
        Assert.All(sections, static section =>
        {
            Assert.Empty(section.Failures);
            Assert.True(section.Passed > 0, section.Name);
            Assert.Equal(section.Count, section.Passed);
        });
        Assert.Empty(Sv2Vectors.Parse(s_file, s_file).Unknown);
    }

    [Theory]
    [InlineData("frames", "frame")]
    [InlineData("handshakes", "steps/act2")]
    [InlineData("handshakes", "steps/h3_after_re")]
    [InlineData("handshakes", "steps/ee_x")]
    [InlineData("handshakes", "steps/k_after_es")]
    [InlineData("handshakes", "steps/cert_digest")]
    [InlineData("handshakes", "steps/h5_final")]
    [InlineData("handshakes", "transport/0/ciphertext")]
    [InlineData("handshakes", "transport/5/ciphertext")]
    [InlineData("long_frames", "ciphertext_sha256")]
    [InlineData("long_frames", "ciphertext_head")]
    [InlineData("nonces", "ciphertext")]
    [InlineData("nonces", "nonce")]
    [InlineData("ellswift_decode", "x")]
    [InlineData("ellswift_inverse", "u")]
    [InlineData("ellswift_ecdh", "shared_secret")]
    [InlineData("ellswift_ecdh", "x_shared")]
    [InlineData("base58", "public_x")]
    [InlineData("base58_random", "public_x")]
    [InlineData("targets", "wire_u256")]
    [InlineData("targets", "target_number")]
    [InlineData("jobs", "merkle_root")]
    [InlineData("jobs", "header")]
    [InlineData("jobs", "hash_internal")]
    [InlineData("jobs", "submit")]
    public void A_changed_digit_is_a_failure(string section, string path)
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        JsonNode value = path.Split('/').Aggregate(file[section]![0]!, static (node, name) =>
            node is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)]! : node[name]!);
        string text = value.GetValue<string>();
        value.ReplaceWith(text[..^1] + (text[^1] == '1' ? '2' : '1'));
        AssertOneFails(file, section);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Another_outcome_of_a_handshake_is_a_failure(int index)
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        JsonNode one = file["handshake_failures"]![index]!;
        one["expect"] = one["expect"]!.GetValue<string>() == "ok" ? "fail" : "ok";
        AssertOneFails(file, "handshake_failures");
    }

    [Fact]
    public void A_handshake_failure_may_refer_to_the_built_in_file()
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        file.AsObject().Remove("handshakes");
        Sv2Section failures = Judge(Bytes(file)).Single(static section => section.Name == "handshake_failures");
        Assert.Equal((10, 0), (failures.Passed, failures.Failed));
    }

    [Theory]
    [InlineData("malformed: close", "ignore and count")]
    [InlineData("client: malformed, close", "accept")]
    [InlineData("ignore and count", "accept")]
    [InlineData("accept (type decides)", "malformed: close")]
    [InlineData("accept, ignore the tail", "ignore and count")]
    [InlineData("true", "false")]
    [InlineData("false", "true")]
    [InlineData("SetupConnection.Error flags 0 unsupported-protocol, close", "SetupConnection.Error flags 1 unsupported-protocol, close")]
    [InlineData("SetupConnection.Error flags 0 unsupported-protocol, close", "SetupConnection.Error flags 0 unsupported-feature-flags, close")]
    [InlineData("SetupConnection.Error flags = 2, unsupported-feature-flags, close", "SetupConnection.Error flags = 0x3, unsupported-feature-flags, close")]
    [InlineData("Success used_version 2", "Success used_version 3")]
    [InlineData("OpenMiningChannel.Error invalid-user-identity", "OpenMiningChannel.Error unknown-user")]
    [InlineData("SubmitShares.Error bad-extranonce-size", "accept")]
    [InlineData("accept; worker Worker_001 when extension 2 was negotiated, else ignore", "accept; worker Worker_002 when so")]
    public void Another_reaction_is_a_failure(string expected, string other)
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        JsonNode one = file["malformed"]!.AsArray().First(one => one!["expect"]!.GetValue<string>() == expected)!;
        one["expect"] = other;
        AssertOneFails(file, "malformed");
    }

    [Theory]
    [InlineData("accept", "versions 1..5", "accept (type decides)")]
    [InlineData("close", "job declaration wanted", "SetupConnection.Error flags 0 unsupported-protocol")]
    [InlineData("flags", "job declaration wanted", "SetupConnection.Error unsupported-protocol, close")]
    [InlineData("closes", "user identity not UTF-8", "OpenMiningChannel.Error invalid-user-identity, close")]
    [InlineData("who", "option byte 2", "malformed: close")]
    [InlineData("malformed", "option byte 2", "client: malformed")]
    [InlineData("tail", "channel_msg bit missing on SubmitSharesStandard", "accept, ignore the tail")]
    [InlineData("endpoint", "unknown extension 0x4001", "ignore and count (we are the endpoint)")]
    [InlineData("tail of none", "channel_msg bit missing on SubmitSharesStandard", "accept; same as above")]
    public void Each_word_of_a_reaction_is_judged(string why, string name, string other)
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        file["malformed"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == name)!["expect"] = other;
        Assert.NotEmpty(why);
        AssertOneFails(file, "malformed");
    }

    [Theory]
    [InlineData(0, "submit", 6, "ffff00")] // msg_length
    [InlineData(0, "submit", 2, "00")] // the bit of a channel
    [InlineData(0, "submit", 12, "09000000")] // channel_id
    [InlineData(2, "set_new_prev_hash", 12, "09000000")]
    [InlineData(2, "new_extended_mining_job", 12, "09000000")]
    [InlineData(2, "new_extended_mining_job", 6, "ffff00")]
    [InlineData(1, "set_new_prev_hash", 2, "00")]
    public void A_header_or_channel_of_a_job_that_is_wrong_is_a_failure(int index, string key, int at, string with)
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        string frame = file["jobs"]![index]![key]!.GetValue<string>();
        file["jobs"]![index]![key] = frame[..at] + with + frame[(at + with.Length)..];
        AssertOneFails(file, "jobs");
    }

    [Fact]
    public void A_byte_behind_the_last_field_of_a_share_is_a_failure()
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        string frame = file["jobs"]![1]!["submit"]!.GetValue<string>();
        file["jobs"]![1]!["submit"] = frame[..6] + "19" + frame[8..] + "00";
        AssertOneFails(file, "jobs");
    }

    [Theory]
    [InlineData("jobs", 2, "target")]
    [InlineData("jobs", 1, "derived_new_mining_job")]
    [InlineData("jobs", 0, "v1_prevhash")]
    [InlineData("jobs", 2, "version_outside_bip320")]
    [InlineData("ellswift_ecdh", 0, "x_shared")]
    [InlineData("base58", 1, "secret")]
    [InlineData("base58", 1, "secret_text")]
    [InlineData("handshakes", 0, "inputs/authority_base58")]
    [InlineData("handshakes", 0, "steps/ee_x")]
    [InlineData("handshakes", 0, "transport/0/message")]
    public void An_expected_value_that_was_taken_out_is_a_failure(string section, int index, string path)
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        string[] keys = path.Split('/');
        JsonNode holder = keys[..^1].Aggregate(file[section]![index]!, static (node, name) => node is JsonArray list ? list[0]! : node[name]!);
        Assert.True(holder.AsObject().Remove(keys[^1]));
        AssertOneFails(file, section);
    }

    [Fact]
    public void Another_message_of_a_transport_is_a_failure()
    {
        JsonNode file = JsonNode.Parse(s_file)!;
        file["handshakes"]![0]!["transport"]![0]!["message"] = "NoSuchMessage";
        AssertOneFails(file, "handshakes");
    }

    [Fact]
    public void A_mark_of_byte_order_before_the_text_is_nothing() =>
        Assert.All(Judge([0xEF, 0xBB, 0xBF, .. s_file]), static section => Assert.Equal(0, section.Failed));

    [Fact]
    public void A_missing_section_an_empty_one_and_an_unknown_one_are_told_apart()
    {
        Sv2Vectors vectors = Sv2Vectors.Parse("{\"frames\":[],\"news\":1}"u8.ToArray(), s_file);
        Sv2Section[] sections = [.. vectors.Run(CancellationToken.None)];
        Assert.Equal(0, sections.Single(static section => section.Name == "frames").Count);
        Assert.Null(sections.Single(static section => section.Name == "jobs").Count);
        Assert.Equal(["news"], vectors.Unknown);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"frames\":[")]
    [InlineData("{\"\\ud800\":1}")]
    public void What_is_no_vector_file_is_told_in_a_sentence(string text) =>
        Assert.Throws<FormatException>(() => Sv2Vectors.Parse(Encoding.UTF8.GetBytes(text), s_file));

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{\"frame\":\"zz\",\"message\":1,\"key\":\"\",\"payload_length\":-1,\"difficulty\":\"nan\",\"t\":5,\"expect\":\"x\"}")]
    [InlineData("{\"frame\":\"00\",\"ellswift\":\"00\",\"text\":\"\",\"difficulty\":\"1e400\",\"expect\":\"accept\",\"base\":\"plain\"}")]
    public void A_case_of_nonsense_fails_in_every_section(string one)
    {
        foreach (Sv2Section section in Judge(s_file))
        {
            Sv2Section judged = Judge(Encoding.UTF8.GetBytes($"{{\"{section.Name}\":[{one}]}}"))
                .Single(other => other.Name == section.Name);
            Assert.Equal((0, 1), (judged.Passed, judged.Failed));
        }
    }

    private static void AssertOneFails(JsonNode file, string name)
    {
        foreach (Sv2Section section in Judge(Bytes(file)))
        {
            Assert.Equal(section.Name == name ? 1 : 0, section.Failed);
        }
    }

    private static Sv2Section[] Judge(byte[] file) => [.. Sv2Vectors.Parse(file, s_file).Run(CancellationToken.None)];

    private static byte[] Bytes(JsonNode file) => Encoding.UTF8.GetBytes(file.ToJsonString());
}
