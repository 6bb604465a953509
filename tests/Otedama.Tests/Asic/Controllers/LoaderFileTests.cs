using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class LoaderFileTests
{
    [Fact]
    public void A_DFU_suffix_reads_as_dfu_suffix_read_it()
    {
        byte[] file = LoaderVectors.Bytes("dfu/suffix_file");
        DfuSuffix suffix = DfuSuffix.Read(file, "f");
        Assert.Equal(new DfuSuffix(0x1209, 1, 0x0100, 0x0100), suffix);
        Assert.Equal("Otedama\n", Encoding.ASCII.GetString(suffix.Strip(file)));
        Assert.Equal(file, suffix.Append("Otedama\n"u8));
        Assert.Equal(LoaderVectors.Text("dfu/suffix_crc"), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(^4)).ToString("x8"));
    }

    [Theory]
    [InlineData(0x1209, 1, null)]
    [InlineData(0x1209, 2, "1209:0001")]
    [InlineData(0x0483, 1, "1209:0001")]
    public void A_file_for_another_device_is_refused(int vendor, int product, string? says)
    {
        string? refusal = new DfuSuffix(0x1209, 1, 0xFFFF, 0x0100).Refusal((ushort)vendor, (ushort)product);
        Assert.Equal(says is null, refusal is null);
        Assert.True(says is null || refusal!.Contains(says, StringComparison.Ordinal), refusal);
        Assert.Null(new DfuSuffix(0xFFFF, 0xFFFF, 0xFFFF, 0x0100).Refusal((ushort)vendor, (ushort)product));
    }

    [Theory]
    [InlineData(0, 1, "0x14 there is the CRC")]
    [InlineData(8, 1, "0x14 there is the CRC")]
    [InlineData(16, 1, "554644")]
    [InlineData(19, 0xF0, "a suffix length of 224")]
    [InlineData(20, 1, "D4E77D62")]
    public void A_damaged_suffix_says_where(int offset, int flip, string says)
    {
        byte[] file = LoaderVectors.Bytes("dfu/suffix_file");
        file[offset] ^= (byte)flip;
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => DfuSuffix.Read(file, "f")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_DfuSe_file_reads_and_writes_as_the_vector()
    {
        byte[] file = LoaderVectors.Bytes("dfu/dfuse_file");
        DfuSeFile read = DfuSeFile.Read(file, "f");
        DfuSeTarget target = Assert.Single(read.Targets);
        MemoryPiece piece = Assert.Single(target.Pieces);
        Assert.Equal((0, "app", 0x0800_4000u, 256), (target.Alternate, target.Name, piece.Address, piece.Data.Length));
        Assert.Equal(file, read.Write());
        Assert.Equal(LoaderVectors.Text("dfu/dfuse_crc"), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(^4)).ToString("x8"));
    }

    [Theory]
    [InlineData(5, 2, "version 2")]
    [InlineData(6, 0x26, "an image size of 550")]
    [InlineData(10, 0, "bytes more")]
    [InlineData(10, 2, "0x225")]
    [InlineData(11, 0x55, "\"Target\"")]
    [InlineData(277, 9, "a target size of 265")]
    [InlineData(281, 2, "the element at offset")]
    [InlineData(283, 1, "65537 elements")]
    [InlineData(290, 0, "an element of 0 bytes")]
    [InlineData(290, 2, "an element of")]
    public void A_wrong_DfuSe_file_says_where(int offset, int value, string says)
    {
        byte[] file = LoaderVectors.Bytes("dfu/dfuse_file");
        file[offset] = (byte)value;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(^4), Crc32.Update(Crc32.Start, file.AsSpan(..^4)));
        string message = Assert.Throws<InvalidDataException>(() => DfuSeFile.Read(file, "f")).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_for_the_same_address_are_refused()
    {
        DfuSeFile file = new([new(0, null, [new(0x0800_0000, new byte[16]), new(0x0800_000F, new byte[4])])], new(0x0483, 0xDF11, 0xFFFF, 0x011A));
        Assert.Contains("0800000F", Assert.Throws<InvalidDataException>(() => DfuSeFile.Read(file.Write(), "f")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_string_reads()
    {
        MemoryMap map = MemoryMap.Read("@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg/0x1FFF7800/512 a".Replace("512 a", "01*512 a", StringComparison.Ordinal));
        Assert.Equal("Internal Flash", map.Name);
        Assert.Equal(
            [
                new(0x0800_0000, 4, 16384, SectorRights.Read | SectorRights.Erase | SectorRights.Write),
                new(0x0801_0000, 1, 65536, SectorRights.Read | SectorRights.Erase | SectorRights.Write),
                new(0x0802_0000, 7, 131072, SectorRights.Read | SectorRights.Erase | SectorRights.Write),
                new MemoryRun(0x1FFF_7800, 1, 512, SectorRights.Read),
            ],
            map.Runs);
        Assert.Equal([0x0800_C000u, 0x0801_0000, 0x0802_0000], map.Touched([new(0x0800_FFFF, new byte[0x1_0002]), new(0x0801_0004, new byte[1])]));
        Assert.Null(map.Refusal(new(0x0800_FFFF, new byte[0x1_0002]), SectorRights.Write | SectorRights.Erase));
        Assert.Contains("outside", map.Refusal(new(0x080F_FFFF, new byte[2]), SectorRights.Write), StringComparison.Ordinal);
        Assert.Contains("not for write", map.Refusal(new(0x1FFF_7800, new byte[2]), SectorRights.Write), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Internal Flash/0x08000000/16*064Kg")]
    [InlineData("@Internal Flash")]
    [InlineData("@Internal Flash/0x08000000")]
    [InlineData("@Internal Flash/08000000/16*064Kg")]
    [InlineData("@Internal Flash/0x08000000/16*064Kh")]
    [InlineData("@Internal Flash/0x08000000/0*064Kg")]
    [InlineData("@Internal Flash/0x08000000/16*Kg")]
    [InlineData("@Internal Flash/0x08000000/16*064")]
    [InlineData("@Internal Flash/0xFFFF0000/16*064Kg")]
    [InlineData("@Internal Flash/0x08000000/16*064Kg/0x08010000/1*064Kg")]
    public void A_wrong_memory_string_is_refused(string text) =>
        Assert.Contains("Nothing is written", Assert.Throws<InvalidDataException>(() => MemoryMap.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_UF2_file_reads_and_writes_as_the_vector()
    {
        byte[] file = LoaderVectors.Bytes("uf2/blocks");
        Uf2Image image = Uf2Image.Read(file, "f", Uf2Family.Rp2040);
        MemoryPiece piece = Assert.Single(image.Pieces);
        Assert.Equal((0x1000_0000u, file.Length / 512), (piece.Address, image.Blocks));
        Assert.Equal(file, Uf2Image.Write(Uf2Family.Rp2040, piece.Address, piece.Data.Span));
        Assert.Equal(LoaderVectors.Text("uf2/family_rp2040"), Uf2Family.Rp2040.Id.ToString("x8"));
        Assert.Equal(LoaderVectors.Text("uf2/family_esp32s3"), Uf2Family.Esp32S3.Id.ToString("x8"));
    }

    [Theory]
    [InlineData(0, 0u, "first mark")]
    [InlineData(516, 0u, "second mark")]
    [InlineData(1020, 0u, "last mark")]
    [InlineData(520, 0u, "no family")]
    [InlineData(520, 0x3000u, "container")]
    [InlineData(524, 0x1000_0000u, "10000100 or above")]
    [InlineData(524, 0x1000_0180u, "multiples of 256")]
    [InlineData(524, 0x1100_0000u, "10000000-10FFFFFF")]
    [InlineData(528, 255u, "a payload of 255")]
    [InlineData(528, 477u, "at most 476")]
    [InlineData(532, 0u, "block number 0")]
    [InlineData(536, 5u, "a total of 5")]
    [InlineData(540, 0xC47E_5767u, "C47E5767 (ESP32-S3)")]
    public void A_wrong_UF2_file_says_where(int offset, uint value, string says)
    {
        byte[] file = LoaderVectors.Bytes("uf2/blocks");
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        string message = Assert.Throws<InvalidDataException>(() => Uf2Image.Read(file, "f", Uf2Family.Rp2040)).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains($"offset 0x{offset:X} ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_UF2_file_that_is_cut_off_is_refused_at_every_length()
    {
        byte[] file = LoaderVectors.Bytes("uf2/blocks");
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Uf2Image.Read(file.AsSpan(0, length), "f", Uf2Family.Rp2040));
        }
    }

    [Fact]
    public void Blocks_that_are_not_for_the_flash_are_passed_over()
    {
        byte[] file = LoaderVectors.Bytes("uf2/blocks");
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(8), 0x2001);
        Assert.Equal(0x1000_0100u, Assert.Single(Uf2Image.Read(file, "f", Uf2Family.Rp2040).Pieces).Address);
    }

    /// <summary>Behind the payload nothing counts, and nothing stands there; the payload itself has no checksum, which is said.</summary>
    [Fact]
    public void No_byte_of_a_UF2_file_changes_unsaid()
    {
        byte[] file = LoaderVectors.Bytes("uf2/blocks");
        ImageInspector inspector = new(LoaderKinds.All);
        Assert.Contains("no checksum", Assert.Single(inspector.Inspect(file).NotCovered), StringComparison.Ordinal);
        for (int at = 0; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= 0x20;
            bool isPayload = at % 512 is >= 32 and < 32 + 256;
            Assert.True(isPayload || !inspector.Inspect(changed).Sound || at % 512 is >= 8 and < 16, $"byte {at}"); // flags and address: said too
        }
        file[300] = 7;
        Assert.Contains("offset 0x12C", Assert.Throws<InvalidDataException>(() => Uf2Image.Read(file, "f", Uf2Family.Rp2040)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_was_cut_or_changed_anywhere_is_refused()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (TarWriter tar = new(gzip))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "runme.sh") { DataStream = new MemoryStream(EspFirmware.Noise("run", 2_000)), ModificationTime = DateTimeOffset.UnixEpoch });
        }
        byte[] file = packed.ToArray();
        ImageInspector inspector = new(LoaderKinds.All);
        ImageReport whole = inspector.Inspect(file);
        Assert.True(whole.Sound, string.Join('\n', whole.Problems()));
        Assert.Contains("first 10 bytes", Assert.Single(whole.NotCovered), StringComparison.Ordinal);
        for (int at = 10; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= (byte)(1 << (at % 8));
            Assert.True(!inspector.Inspect(changed).Sound || Unpacked(changed).SequenceEqual(Unpacked(file)), $"byte {at} of {file.Length}"); // a bit that fills a byte up changes nothing
        }
        for (int length = 0; length < file.Length; length++)
        {
            Assert.False(inspector.Inspect(file.AsMemory(0, length)).Sound, $"cut at {length} of {file.Length}");
        }
        Assert.False(inspector.Inspect((byte[])[.. file, 0]).Sound);
        byte[] other = [.. file];
        other[^1] ^= 1;
        Assert.False(inspector.Inspect(other).Sound);
        Assert.Contains("fetch it again", inspector.Inspect(other).Problems().Single(), StringComparison.Ordinal);

        static byte[] Unpacked(byte[] packed)
        {
            using GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress);
            using MemoryStream all = new();
            gzip.CopyTo(all);
            return all.ToArray();
        }
    }

    [Fact]
    public void The_item_of_a_BMU_container_is_the_one_for_the_miner()
    {
        BmuContainer container = BmuContainer.Read(LoaderVectors.Bytes("antminer_bmu/file"), "f");
        Assert.Equal(["a.bin", "b.bin"], container.Items.Select(static item => item.Name));
        BmuItem item = container.Select(new(LoaderVectors.Text("antminer_bmu/select/model"), LoaderVectors.Text("antminer_bmu/select/subtype")), "f");
        Assert.Equal(LoaderVectors.Text("antminer_bmu/select/expect"), item.Name);
        Assert.Equal(LoaderVectors.Text("antminer_bmu/select/payload"), Encoding.ASCII.GetString(item.Data.Span));
    }

    [Theory]
    [InlineData("S21", "X23")]
    [InlineData("S19", "X22")]
    [InlineData("S21", "")]
    [InlineData("", "X22")]
    public void A_miner_that_no_item_is_for_is_refused(string type, string subtype)
    {
        BmuContainer container = BmuContainer.Read(LoaderVectors.Bytes("antminer_bmu/file"), "f");
        string message = Assert.Throws<InvalidDataException>(() => container.Select(new(type, subtype), "f")).Message;
        Assert.Contains($"{type}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Antminer S19j Pro", "AMLCtrl_BHB42601", 0)]
    [InlineData("Antminer S19j Pro", "CVCtrl_BHB42601", -1)]
    [InlineData("Antminer BHB42XXX", "AMLCtrl_BHB42XXX", 0)]
    [InlineData("Antminer BHB42XXX", "AMLCtrl_BHB56XXX", -1)]
    public void Hash_boards_match_by_their_open_end(string type, string subtype, int item)
    {
        BmuContainer container = new([new("a", "AMLogic", "AMLCtrl_BHB42XXX", "Antminer S19j Pro", default), new("z", "Zynq7007", "Ctrl_BHB42XXX", "Antminer S19j Pro", default)]);
        if (item < 0)
        {
            Assert.Throws<InvalidDataException>(() => container.Select(new(type, subtype), "f"));
            return;
        }
        Assert.Same(container.Items[item], container.Select(new(type, subtype), "f"));
    }

    [Fact]
    public void Two_items_for_the_same_miner_are_refused()
    {
        BmuContainer container = new([new("a", "X22", "X22", "S21", default), new("b", "X22", "X22", "S21", default)]);
        Assert.Contains("2 items", Assert.Throws<InvalidDataException>(() => container.Select(new("S21", "X22"), "f")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0u, "ABABABAB")]
    [InlineData(8, 40u, "a header size of 40")]
    [InlineData(12, 0u, "0 items")]
    [InlineData(12, 257u, "257 items")]
    [InlineData(12, 200u, "too few")]
    [InlineData(16, 171u, "an item size of 171")]
    [InlineData(24, 0u, "E4E49840")]
    public void A_wrong_BMU_container_says_where(int offset, uint value, string says)
    {
        byte[] file = LoaderVectors.Bytes("antminer_bmu/file");
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => BmuContainer.Read(file, "f")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(36, 65, "a text of 65")]
    [InlineData(40, 7, "printable ASCII")]
    [InlineData(203, 255, "an image at offset")]
    [InlineData(204, 0, "an image of 0")]
    [InlineData(207, 1, "the rest of the file")]
    public void A_wrong_item_says_where(int offset, int value, string says)
    {
        byte[] file = LoaderVectors.Bytes("antminer_bmu/file");
        file[offset] = (byte)value;
        file.AsSpan(24, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(24), Crc32.Of(file));
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => BmuContainer.Read(file, "f")).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever a stranger changes in a file, the answer is a file or a sentence.</summary>
    [Fact]
    public void Damaged_files_are_refused_and_never_break_the_reader()
    {
        byte[][] files = [LoaderVectors.Bytes("dfu/dfuse_file"), LoaderVectors.Bytes("uf2/blocks"), LoaderVectors.Bytes("antminer_bmu/file")];
        Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 2047], Gen.Byte).Array[1, 4], Gen.Int[0, 2048]).Sample((kind, changes, length) =>
        {
            byte[] file = [.. files[kind].Take(length)];
            foreach ((int at, byte value) in changes)
            {
                if (at < file.Length)
                {
                    file[at] = value;
                }
            }
            Mend(kind, file);
            try
            {
                _ = kind switch
                {
                    0 => DfuSeFile.Read(file, "f").Targets.Count,
                    1 => Uf2Image.Read(file, "f", Uf2Family.Rp2040).Blocks,
                    _ => BmuContainer.Read(file, "f").Items.Count,
                };
            }
            catch (InvalidDataException e)
            {
                Assert.StartsWith("f: ", e.Message, StringComparison.Ordinal);
            }
        }, iter: 3000);
    }

    /// <summary>With a right checksum, so that what is behind it is reached.</summary>
    private static void Mend(int kind, byte[] file)
    {
        if (kind == 0 && file.Length >= 16)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(^4), Crc32.Update(Crc32.Start, file.AsSpan(..^4)));
        }
        else if (kind == 2 && file.Length >= 36)
        {
            file.AsSpan(24, 4).Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(24), Crc32.Of(file));
        }
    }
}
