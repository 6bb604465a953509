using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>Firmware of an ESP32-S3 as a build makes it, small, from a seed. Written apart from the product's readers.</summary>
internal static class EspFirmware
{
    /// <summary>How large the small layout's slots are.</summary>
    public const int SmallSlot = 0x20000;

    /// <summary>The layout of ESP-Miner.</summary>
    public static readonly (string Name, byte Type, byte Subtype, int Offset, int Size)[] FullLayout =
    [
        ("nvs", 1, 2, 0x9000, 0x6000), ("phy_init", 1, 1, 0xF000, 0x1000), ("factory", 0, 0, 0x10000, 0x400000), ("www", 1, 0x82, 0x410000, 0x300000),
        ("ota_0", 0, 0x10, 0x710000, 0x400000), ("ota_1", 0, 0x11, 0xB10000, 0x400000), ("otadata", 1, 0, 0xF10000, 0x2000), ("coredump", 1, 3, 0xF12000, 0x10000),
    ];

    /// <summary>The same in little, so that hundreds of runs take seconds.</summary>
    public static readonly (string Name, byte Type, byte Subtype, int Offset, int Size)[] SmallLayout =
    [
        ("nvs", 1, 2, 0x9000, 0x1000), ("factory", 0, 0, 0x10000, SmallSlot), ("www", 1, 0x82, 0x30000, 0x8000),
        ("ota_0", 0, 0x10, 0x40000, SmallSlot), ("ota_1", 0, 0x11, 0x60000, SmallSlot), ("otadata", 1, 0, 0x80000, 0x2000),
    ];

    public static byte[] App(string version, int size = 6_000, string project = "esp-miner", byte chip = 9)
    {
        byte[] descriptor = new byte[256];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, 0xABCD5432);
        Put(descriptor, 0x10, version);
        Put(descriptor, 0x30, project);
        Put(descriptor, 0x50, "12:34:56");
        Put(descriptor, 0x60, "Jan  1 2026");
        Put(descriptor, 0x70, "v5.5");
        byte[] code = Noise(version, size);
        return Image(chip, [.. descriptor, .. code.AsSpan(0, size / 2)], code[(size / 2)..]);
    }

    public static byte[] Bootloader(string seed = "bootloader") => Image(9, Noise(seed, 2_000), Noise(seed + "2", 500));

    public static byte[] Table(IEnumerable<(string Name, byte Type, byte Subtype, int Offset, int Size)> layout)
    {
        List<byte> entries = [];
        foreach ((string name, byte type, byte subtype, int offset, int size) in layout)
        {
            byte[] entry = new byte[32];
            entry[0] = 0xAA;
            entry[1] = 0x50;
            entry[2] = type;
            entry[3] = subtype;
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(4), offset);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(8), size);
            Put(entry, 12, name);
            entries.AddRange(entry);
        }
        byte[] md5 = MD5.HashData([.. entries]);
        entries.AddRange([0xEB, 0xEB]);
        entries.AddRange(Enumerable.Repeat((byte)0xFF, 14));
        entries.AddRange(md5);
        return Padded([.. entries], 0xC00);
    }

    /// <summary>A page of settings with texts under their keys.</summary>
    public static byte[] Nvs(int size, params (string Key, string Text)[] texts)
    {
        byte[] nvs = Padded([], size);
        BinaryPrimitives.WriteUInt32LittleEndian(nvs, 0xFFFFFFFE); // active
        BinaryPrimitives.WriteInt32LittleEndian(nvs.AsSpan(4), 0); // the first page
        nvs[8] = 0xFE; // second version of the form
        BinaryPrimitives.WriteUInt32LittleEndian(nvs.AsSpan(28), NvsCrc(nvs.AsSpan(4, 24)));
        int index = 0;
        foreach ((string key, string text) in texts)
        {
            byte[] bytes = [.. Encoding.ASCII.GetBytes(text), 0];
            int span = 1 + ((bytes.Length + 31) / 32);
            Span<byte> entry = nvs.AsSpan(64 + (32 * index), 32);
            entry.Clear();
            entry[1] = 0x21;
            entry[2] = (byte)span;
            Put(entry[8..], 0, key);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[24..], (ushort)bytes.Length);
            entry[3] = 0xFF; // no part of a blob
            entry[26] = entry[27] = 0xFF;
            BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], NvsCrc(bytes));
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], NvsCrc([.. entry[..4], .. entry[8..]]));
            bytes.CopyTo(nvs.AsSpan(64 + (32 * (index + 1))));
            for (int i = index; i < index + span; i++)
            {
                nvs[32 + (i / 4)] &= (byte)(0xFF ^ (1 << (i % 4 * 2))); // 10 = written
            }
            index += span;
        }
        return nvs;
    }

    /// <summary>zlib's crc32(bytes, FFFFFFFFh), as the chip's maker has it in its own generator.</summary>
    private static uint NvsCrc(ReadOnlySpan<byte> bytes)
    {
        uint register = 0;
        foreach (byte one in bytes)
        {
            register ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) * 0xEDB88320);
            }
        }
        return ~register;
    }

    public static byte[] OtaEntry(uint number)
    {
        byte[] sector = Padded([], 4096);
        BinaryPrimitives.WriteUInt32LittleEndian(sector, number);
        uint[] crcs = [0, 0x4743989A, 0x55F63774, 0xED4A5011, 0x709D68A8];
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(28), crcs[number]);
        return sector;
    }

    /// <summary>One file from 0 on, as a release has it for one board.</summary>
    public static byte[] Factory(string version, string board, (string Name, byte Type, byte Subtype, int Offset, int Size)[] layout, string loader = "bootloader")
    {
        (string Name, byte Type, byte Subtype, int Offset, int Size) ota = layout.First(static one => one.Name == "otadata");
        byte[] file = Padded([], ota.Offset + ota.Size);
        Bootloader(loader).CopyTo(file, 0);
        Table(layout).CopyTo(file, 0x8000);
        (string Name, byte Type, byte Subtype, int Offset, int Size) nvs = layout.First(static one => one.Name == "nvs");
        Settings(nvs.Size, board).CopyTo(file, nvs.Offset);
        App(version).CopyTo(file, layout.First(static one => one.Name == "factory").Offset);
        Noise("www" + version, 5_000).CopyTo(file, layout.First(static one => one.Name == "www").Offset);
        return file;
    }

    public static byte[] Settings(int size, string board) => Nvs(size, ("boardversion", board), ("asicmodel", "BM1370"), ("devicemodel", "gamma"), ("wifipass", "hunter2secret"));

    /// <summary>A device that runs that version from factory, ota_0 or ota_1.</summary>
    public static SimulatedFlash Installed(string version, string slot = "ota_0", string board = "601", (string Name, byte Type, byte Subtype, int Offset, int Size)[]? layout = null)
    {
        layout ??= SmallLayout;
        SimulatedFlash flash = new();
        flash.Load(0, Bootloader());
        flash.Load(0x8000, Table(layout));
        (string Name, byte Type, byte Subtype, int Offset, int Size) nvs = layout.First(static one => one.Name == "nvs");
        flash.Load(nvs.Offset, Settings(nvs.Size, board));
        flash.Load(layout.First(one => one.Name == slot).Offset, App(version));
        int ota = layout.First(static one => one.Name == "otadata").Offset;
        if (slot != "factory")
        {
            uint number = slot == "ota_0" ? 1u : 2u;
            flash.Load(ota + (number == 1 ? 0 : 4096), OtaEntry(number));
            flash.Load(layout.First(static one => one.Name == "factory").Offset, App("v1.0.0"));
        }
        return flash;
    }

    public static byte[] Noise(string seed, int length)
    {
        byte[] bytes = new byte[length];
        byte[] block = SHA256.HashData(Encoding.ASCII.GetBytes(seed));
        for (int at = 0; at < length; at += 32)
        {
            block.AsSpan(0, Math.Min(32, length - at)).CopyTo(bytes.AsSpan(at));
            block = SHA256.HashData(block);
        }
        return bytes;
    }

    public static byte[] Padded(byte[] bytes, int length)
    {
        byte[] padded = new byte[length];
        padded.AsSpan().Fill(0xFF);
        bytes.CopyTo(padded, 0);
        return padded;
    }

    private static byte[] Image(byte chip, params byte[][] segments)
    {
        List<byte> image = [0xE9, (byte)segments.Length, 0x02, 0x4F, 0x00, 0x50, 0x37, 0x40, 0xEE, 0, 0, 0, chip, 0, 0, 0, 0, 0x63, 0, 0, 0, 0, 0, 1];
        byte sum = 0xEF;
        foreach (byte[] raw in segments)
        {
            byte[] segment = [.. raw, .. new byte[(4 - (raw.Length % 4)) % 4]];
            image.AddRange(BitConverter.GetBytes(0x3C000020));
            image.AddRange(BitConverter.GetBytes(segment.Length));
            image.AddRange(segment);
            sum = segment.Aggregate(sum, static (x, y) => (byte)(x ^ y));
        }
        while (image.Count % 16 != 15)
        {
            image.Add(0);
        }
        image.Add(sum);
        image.AddRange(SHA256.HashData([.. image]));
        return [.. image];
    }

    private static void Put(Span<byte> into, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(into[at..]);
}
