using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>
/// What an ESP32-S3 starts from its flash: ROM, boot loader, table, otadata, application. Written apart from the product's
/// reading of the same structures, so that each judges the other.
/// </summary>
internal static class SimulatedBoot
{
    /// <param name="Slot">Name of the partition.</param>
    public sealed record Started(string Slot, int Offset, string Version);

    private sealed record Slot(string Name, int Subtype, int Offset, int Size);

    /// <summary>Null = nothing starts.</summary>
    public static Started? Of(SimulatedFlash flash)
    {
        if (!IsImage(flash, 0, 0x8000))
        {
            return null;
        }
        byte[] table = flash.Read(0x8000, 0xC00);
        List<Slot> apps = [];
        int otadata = -1;
        int at = 0;
        for (; at < 0xC00 - 32 && table[at] == 0xAA && table[at + 1] == 0x50; at += 32)
        {
            int offset = BinaryPrimitives.ReadInt32LittleEndian(table.AsSpan(at + 4));
            int size = BinaryPrimitives.ReadInt32LittleEndian(table.AsSpan(at + 8));
            string name = Encoding.ASCII.GetString(table, at + 12, 16).TrimEnd('\0');
            if (table[at + 2] == 0)
            {
                apps.Add(new Slot(name, table[at + 3], offset, size));
            }
            else if (table[at + 3] == 0)
            {
                otadata = offset;
            }
        }
        if (table[at] != 0xEB || !MD5.HashData(table.AsSpan(0, at)).AsSpan().SequenceEqual(table.AsSpan(at + 16, 16)))
        {
            return null; // the loader of ESP-IDF refuses a table whose MD5 is wrong
        }
        Slot? factory = apps.Find(static app => app.Subtype == 0);
        List<Slot> ota = [.. apps.Where(static app => app.Subtype >= 0x10).OrderBy(static app => app.Subtype)];
        int start = Selected(flash, otadata, ota.Count) ?? (factory is null ? 0 : -1);
        List<Slot?> order = [.. Enumerable.Range(-1, start + 2).Reverse().Concat(Enumerable.Range(start + 1, Math.Max(0, ota.Count - start - 1)))
            .Select(index => index < 0 ? factory : index < ota.Count ? ota[index] : null)];
        foreach (Slot slot in order.OfType<Slot>())
        {
            if (IsImage(flash, slot.Offset, slot.Size))
            {
                return new Started(slot.Name, slot.Offset, Encoding.ASCII.GetString(flash.Read(slot.Offset + 0x30, 32)).TrimEnd('\0'));
            }
        }
        return null;
    }

    private static int? Selected(SimulatedFlash flash, int otadata, int slots)
    {
        if (otadata < 0 || slots == 0)
        {
            return null;
        }
        uint best = 0;
        for (int sector = 0; sector < 2; sector++)
        {
            byte[] entry = flash.Read(otadata + (sector * 4096), 32);
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            uint state = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(24));
            // The ROM's CRC begins with the inverse of what it is given and inverts at the end: given FFFFFFFF it begins with 0.
            uint crc = 0;
            for (int bit = 0; bit < 32; bit++)
            {
                uint low = (crc ^ (number >> bit)) & 1;
                crc = (crc >> 1) ^ (low * 0xEDB88320);
            }
            if (number != uint.MaxValue && state is not (3 or 4) && BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(28)) == ~crc && number > best)
            {
                best = number;
            }
        }
        return best == 0 ? null : (int)((best - 1) % (uint)slots);
    }

    private static bool IsImage(SimulatedFlash flash, int offset, int room)
    {
        byte[] header = flash.Read(offset, 24);
        if (header[0] != 0xE9 || header[12] != 9 || header[13] != 0 || header[1] is 0 or > 16)
        {
            return false;
        }
        long at = 24;
        byte sum = 0xEF;
        for (int segment = 0; segment < header[1]; segment++)
        {
            long length = at + 8 <= room ? BinaryPrimitives.ReadUInt32LittleEndian(flash.Read(offset + (int)at + 4, 4)) : long.MaxValue;
            if (length > room - at - 8)
            {
                return false;
            }
            sum = flash.Read(offset + (int)at + 8, (int)length).Aggregate(sum, static (x, y) => (byte)(x ^ y));
            at += 8 + length;
        }
        int end = (int)(at / 16 * 16) + 16;
        if (end > room || flash.Read(offset + end - 1, 1)[0] != sum)
        {
            return false;
        }
        return header[23] == 0 || (end + 32 <= room && SHA256.HashData(flash.Read(offset, end)).AsSpan().SequenceEqual(flash.Read(offset + end, 32)));
    }
}
