import { z } from 'zod';

/** What a receiver gets in the format `upload-post`: exactly these fields, for success and failure alike. */
export const uploadPostMessage = z
  .object({
    event: z.literal('upload_completed').meta({ description: 'For success and failure alike.' }),
    user_email: z.string().meta({ description: 'Who started the upload; empty where that is not known.' }),
    profile_username: z
      .string()
      .meta({ description: 'The profile of the upload; empty where that is not known.' }),
    platform: z.string().meta({ description: 'instagram, youtube, tiktok, …', examples: ['instagram'] }),
    media_type: z.enum(['video', 'photo', 'text']).meta({
      description:
        'Kind of the post; of one that this Herald is too old to know the nearest: text without media, else video.',
    }),
    title: z.string().meta({ description: 'As given for the post; empty where there is none.' }),
    caption: z.string().meta({ description: 'As given for the post; empty where there is none.' }),
    result: z
      .object({
        success: z.boolean().meta({ description: 'Whether it was published.' }),
        url: z.string().nullable().meta({ description: 'The published post.' }),
        publish_id: z.string().nullable().meta({ description: 'Given by the platform.' }),
        post_id: z.string().nullable().meta({ description: 'Given by the platform.' }),
        error: z.string().nullable().meta({ description: 'Why it failed.' }),
      })
      .meta({ description: 'What came of the upload.' }),
    created_at: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}$/)
      .meta({
        description: 'ISO 8601 in UTC, with six decimals and without a zone.',
        examples: ['2024-03-15T14:30:00.000000'],
      }),
  })
  .meta({ description: 'An upload was completed: published, or failed.' });
