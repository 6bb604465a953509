using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Codecs against captured and recomputed frames.</summary>
public sealed class ChipVectorTests
{
    [Fact]
    public void Crcs_give_the_check_values()
    {
        Assert.Equal(0x29b1, Crc16.Compute("123456789"u8));
        Assert.Equal(0x0a, Crc5.Compute([0x52, 0x05, 0x00, 0x00]));
        Assert.Equal(0x9c, Crc5.Seal(Hex.Decode("4c0352750cd205a2"), 4));
    }

    [Fact]
    public void Commands_are_written_as_captured()
    {
        int count = 0;
        byte[] frame = new byte[CommandFrame.LengthMax];
        foreach (JsonElement command in ChipVectors.All.GetProperty("commands").EnumerateArray())
        {
            byte[] expected = command.Bytes("frame");
            uint value = expected.Length == 11 ? ChipVectors.Word(Convert.ToHexString(expected, 6, 4)) : 0;
            int length = expected[2] switch
            {
                0x53 => CommandFrame.Inactive(frame),
                0x40 => CommandFrame.SetAddress(frame, expected[4]),
                0x52 => CommandFrame.ReadAll(frame, expected[5]),
                0x42 => CommandFrame.ReadOne(frame, expected[4], expected[5]),
                0x51 => CommandFrame.WriteAll(frame, expected[5], value),
                _ => CommandFrame.WriteOne(frame, expected[4], expected[5], value),
            };
            Assert.Equal(Hex.Encode(expected), Hex.Encode(frame.AsSpan(0, length)));
            count++;
        }
        Assert.Equal(43, count);
    }

    [Fact]
    public void Replies_are_read_as_captured()
    {
        foreach (JsonElement vector in ChipVectors.All.GetProperty("replies").EnumerateArray())
        {
            ChipReply reply = ChipVectors.Reply(vector.Bytes("frame"));
            Assert.Equal(vector.GetProperty("type").GetInt32() == 4, reply.IsNonce);
            if (!reply.IsNonce)
            {
                Assert.Equal(vector.Said("value"), $"{reply.Value:x8}");
                Assert.Equal(vector.Said("chip") + vector.Said("reg"), $"{reply.Chip:x2}{reply.Register:x2}");
                continue;
            }
            ChipFamily family = vector.Said("name").StartsWith("bm1362", StringComparison.Ordinal) ? ChipFamilies.Bm1362 : ChipFamilies.Bm1370;
            NonceFields fields = family.Decode(reply);
            Assert.Equal(vector.Said("header_nonce_le"), $"{reply.Nonce:x8}");
            Assert.Equal(vector.Said("nonce_be"), $"{reply.NonceBigEndian:x8}");
            Assert.Equal(vector.GetProperty("core").GetInt32(), fields.Core);
            Assert.Equal(vector.GetProperty("excess").GetInt32(), reply.Excess);
            Assert.Equal(vector.Said("version_field"), $"{reply.VersionField:x4}");
            Assert.Equal(vector.Said("version_bits"), $"{fields.VersionBits:x8}");
            Assert.Equal(vector.Said("job_byte"), $"{fields.JobId:x2}");
            Assert.Equal(vector.GetProperty("small_core").GetInt32(), fields.SmallCore);
            if (vector.TryGetProperty("chip_address", out JsonElement address))
            {
                Assert.Equal((int)ChipVectors.Word(address.GetString()!) / 2, family.ChipOf(reply.NonceBigEndian, 126, offsets: false));
            }
        }
    }

    [Fact]
    public void A_share_of_a_real_chip_goes_from_job_to_submit()
    {
        JsonElement trip = ChipVectors.All.GetProperty("roundTrip");
        byte[] header = trip.Bytes("rebuilt_header");
        ChipJob job = BenchWork.JobOf(header, 0x1fffe000);
        byte[] frame = new byte[JobFrame.LengthMax];
        int length = JobFrame.WriteFull(frame, 0x68, job, job.Version);
        Assert.Equal(trip.Said("job_frame"), Hex.Encode(frame.AsSpan(0, length)));

        ChipReply reply = ChipVectors.Reply(trip.Bytes("response_frame"));
        NonceFields fields = ChipFamilies.Bm1370.Decode(reply);
        Assert.Equal((0x68, 2), (fields.JobId, fields.SmallCore));
        BlockHeader rebuilt = job.HeaderWith(job.Version | fields.VersionBits, reply.Nonce);
        Assert.Equal(Hex.Encode(header), Hex.Encode(rebuilt.ToArray()));
        Hash256 hash = rebuilt.FieldsHash;
        Assert.Equal(trip.Said("hash_be"), hash.ToString());
        Assert.Equal(trip.GetProperty("leading_zero_bits").GetInt32(), ChipHash.LeadingZeros(hash));
        Assert.Equal(trip.GetProperty("excess_byte").GetInt32(), reply.Excess);
        double difficulty = new Target(hash.ToNumber()).ToDifficulty(Target.BitcoinOne);
        Assert.Equal(trip.GetProperty("difficulty").GetDouble(), difficulty, 0.01);
        ChipNonce nonce = new(job, reply.Nonce, rebuilt.Version, hash, difficulty, 0, fields.Core, 0);
        Assert.Equal(trip.GetProperty("submit").Said("nonce"), nonce.StratumNonce);
        Assert.Equal(trip.GetProperty("submit").Said("version_bits"), $"{nonce.VersionBits:x8}");
    }

    [Fact]
    public void Known_headers_give_the_known_jobs()
    {
        byte[] frame = new byte[JobFrame.LengthMax];
        foreach (JsonElement known in ChipVectors.All.GetProperty("known").EnumerateArray())
        {
            ChipJob job = BenchWork.JobOf(known.Bytes("header"), 0x1fffe000);
            uint[] versions = [.. Enumerable.Range(0, 4).Select(step => VersionRoll.Roll(job.Version, job.VersionMask, step))];
            Assert.Equal(known.Said("bm1397_job_1mid"), Written(JobFrame.WriteMidstates(frame, 4, job, versions.AsSpan(0, 1))));
            Assert.Equal(known.Said("bm1397_job_4mid"), Written(JobFrame.WriteMidstates(frame, 4, job, versions)));
            Assert.Equal(known.Said("bm1366_job"), Written(JobFrame.WriteFull(frame, 8, job, job.Version)));
            Assert.Equal(known.Said("bm1370_job"), Written(JobFrame.WriteFull(frame, 0x18, job, job.Version)));
            ChipReply reply = ChipVectors.Reply(known.Bytes("bm1370_nonce_response"));
            Hash256 hash = job.HeaderWith(job.Version, reply.Nonce).FieldsHash;
            Assert.Equal(known.Said("hash_be"), hash.ToString());
            Assert.Equal(known.GetProperty("leading_zero_bits").GetInt32(), ChipHash.LeadingZeros(hash));
            Assert.Equal(0x18, ChipFamilies.Bm1370.Decode(reply).JobId);
            Assert.Equal(8, ChipFamilies.Bm1366.Decode(ChipVectors.Reply(known.Bytes("bm1366_nonce_response"))).JobId);
            Assert.Equal((4, 0), Midstate(known.Bytes("bm1397_nonce_response")));
        }

        string Written(int length) => Hex.Encode(frame.AsSpan(0, length));
    }

    [Fact]
    public void A_captured_midstate_job_is_rebuilt_from_its_header()
    {
        JsonElement vector = ChipVectors.All.GetProperty("midstateJob");
        byte[] stratum = vector.Bytes("prevhash_stratum");
        for (int i = 0; i < 32; i += 4)
        {
            stratum.AsSpan(i, 4).Reverse();
        }
        byte[] captured = vector.Bytes("frame");
        ChipJob job = new()
        {
            Version = ChipVectors.Word(vector.Said("version")),
            VersionMask = 0,
            PreviousHash = new Hash256(stratum),
            MerkleRoot = new Hash256(vector.Bytes("merkle_root")),
            Time = BitConverter.ToUInt32(captured, 14),
            Bits = BitConverter.ToUInt32(captured, 10),
            ShareTarget = Target.BitcoinOne,
            Generation = 0,
        };
        byte[] frame = new byte[JobFrame.LengthMax];
        JobFrame.WriteMidstates(frame, 4, job, [job.Version]);
        Assert.Equal(Hex.Encode(captured.AsSpan(6, 48)), Hex.Encode(frame.AsSpan(6, 48)));
    }

    [Fact]
    public void A_nonce_of_the_third_midstate_hashes_to_what_it_did()
    {
        JsonElement vector = ChipVectors.All.GetProperty("midstateNonce");
        byte[] packet = vector.Bytes("midstate_packet"), state = new byte[32];
        JobFrame.TurnWords(packet, state);
        Assert.Equal(vector.Said("midstate_state_words_be"), Hex.Encode(state));
        byte[] rest = [.. vector.Bytes("merkle_tail"), .. vector.Bytes("ntime"), .. vector.Bytes("nbits"), .. vector.Bytes("nonce")];
        Assert.Equal(vector.Said("hash_be"), Sha256d.OfDigest(Sha256State.Finish(new Hash256(state), rest, 80)).ToString());
        byte[] body = [.. vector.Bytes("nonce"), 0, .. vector.Bytes("result_header")];
        Assert.Equal((0x18, 2), Midstate([0xaa, 0x55, .. body, Crc5.Seal(body, 4)]));
    }

    [Fact]
    public void Plls_are_searched_as_the_firmware_does()
    {
        foreach (JsonElement row in ChipVectors.All.GetProperty("pll").EnumerateArray())
        {
            ChipFamily family = ChipFamilies.ByName(row[0].GetString()!)!;
            PllSetting found = family.Pll.Nearest(row[1].GetDouble());
            Assert.Equal($"{family.Name} {row[3].GetString()}", $"{family.Name} {found.Register:x8}");
            Assert.Equal(row[2].GetDouble(), found.Megahertz, 1e-9);
        }
        foreach (JsonElement row in ChipVectors.All.GetProperty("pllCaptured").EnumerateArray())
        {
            ChipFamily family = ChipFamilies.ByName(row[0].GetString()!)!;
            Assert.Equal(row[1].GetDouble(), PllSetting.FromRegister(family.Pll, ChipVectors.Word(row[2].GetString()!))!.Megahertz, 1e-9);
        }
    }

    [Fact]
    public void Tickets_counting_numbers_and_rates_are_those_of_the_vectors()
    {
        foreach (JsonElement row in ChipVectors.All.GetProperty("ticket").EnumerateArray())
        {
            uint register = TicketMask.ForDifficulty(row[0].GetInt32());
            Assert.Equal(row[1].GetString(), $"{register:x8}");
            Assert.Equal(row[0].GetInt32(), 1 << TicketMask.BitsOf(register));
        }
        foreach (JsonElement row in ChipVectors.All.GetProperty("hashCount").EnumerateArray())
        {
            ChipFamily family = ChipFamilies.ByName(row[0].GetString()!)!;
            PllSetting pll = new(family.Pll, row[3].GetInt32(), row[4].GetInt32(), row[5].GetInt32(), 1);
            Assert.Equal(row[1].GetInt32(), family.Cores);
            Assert.Equal(row[6].GetInt64(), HashCount.WithoutGuard(family.Cores, row[2].GetInt32(), pll));
        }
        foreach (JsonElement row in ChipVectors.All.GetProperty("baud").EnumerateArray())
        {
            Assert.Equal(row[1].GetDouble(), ChipBaud.Rate(row[0].GetInt32()), 1e-6);
        }
        Assert.Equal(26, ChipBaud.DividerOf(ChipFamilies.Bm1397, 0x18, 0x00007a31));
        Assert.Equal(1, ChipBaud.DividerOf(ChipFamilies.Bm1397, 0x18, 0x00006131));
        Assert.Equal(2, ChipBaud.DividerOf(ChipFamilies.Bm1370, 0x28, 0x11300200));
        Assert.Equal(26, ChipBaud.DividerOf(ChipFamilies.Bm1362, 0x28, 0x01301a00));
    }

    [Theory]
    [InlineData(1e12, 1e9, 256, 256)]       // 0.9 a second
    [InlineData(34e12, 1e9, 256, 1024)]     // 31 a second would be too many
    [InlineData(2.7e11, 1e9, 256, 64)]      // one in four seconds too few
    [InlineData(1e12, 100, 256, 64)]        // no harder than a share
    [InlineData(1e12, 0.001, 256, 1)]
    public void The_ticket_gives_some_nonces_a_second(double hashrate, double share, int usual, int chosen) =>
        Assert.Equal(chosen, TicketMask.Choose(hashrate, share, usual));

    private static (int Job, int Midstate) Midstate(byte[] frame)
    {
        NonceFields fields = ChipFamilies.Bm1397.Decode(ChipVectors.Reply(frame));
        return (fields.JobId, fields.Midstate);
    }
}
